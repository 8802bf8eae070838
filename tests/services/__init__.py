"""Tests of results.services."""
