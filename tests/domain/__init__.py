"""Tests of the pure domain: they need no Django, no network and no clock."""
