"""What large and deep documents cost in memory, and that they are read as small ones are; it needs no database."""
