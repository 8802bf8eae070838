"""Verbs: keyword-only, `by` and `now` given, one transaction and one audit event a write."""
