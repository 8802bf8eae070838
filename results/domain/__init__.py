"""What runs, results and errors mean: pure Python, knowing no Django, no HTTP client, no clock, no I/O."""
