"""What is measured inside a fresh process of its own; each module prints its figures as JSON."""
