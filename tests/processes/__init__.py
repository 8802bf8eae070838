"""Real processes that are really killed; nothing here is simulated."""
