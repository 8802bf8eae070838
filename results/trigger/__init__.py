"""Talks to Trigger.dev's API: the only package that imports an HTTP client; it knows no rows."""
