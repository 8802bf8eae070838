"""What pages and documents may show, from rows to members."""
