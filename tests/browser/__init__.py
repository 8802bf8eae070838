"""Real pages in a real browser against the real servers; nothing here reaches into the program."""
