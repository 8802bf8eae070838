"""rq-dashboard with one finished job."""
