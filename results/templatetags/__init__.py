"""Template tags: how things look, never a query or a rule."""
