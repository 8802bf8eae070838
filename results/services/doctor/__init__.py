"""`manage.py doctor`: looks an instance over, finding by finding, and says what to do; it mends nothing."""
