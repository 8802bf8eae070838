"""What stands in deploy/: read and held against the code, because no engine runs it here."""
