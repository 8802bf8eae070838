"""Commands for scripts, as scripts call them."""
