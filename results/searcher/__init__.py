"""Searches large values in a process beside the web worker, so that pages do not wait for the interpreter.

What is looked in travels over a socket between the two and nowhere else: not through arguments,
environment or disk. ``queue`` is the way in, ``child`` the other end. It must not know pages, rows or teams.
"""
