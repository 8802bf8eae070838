"""The sandbox held against what a real server was recorded to answer."""
