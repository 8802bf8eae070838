"""django-celery-results behind Django's admin, with one finished task."""
