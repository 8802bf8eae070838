"""Tests of results.trigger."""
