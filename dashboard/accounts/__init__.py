"""Signing in and what belongs to an account: django-allauth, fitted to this house; it knows no run."""
