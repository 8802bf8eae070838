"""Searching in a process beside the web worker; it needs no database."""
