"""Signing in and what belongs to an account, through the site as people use it."""
