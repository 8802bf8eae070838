"""Django admin for operators; it opens no secret and shows no output."""
