"""Tests of results.models."""
