"""One module for each command of manage.py; they must hold no rule of the product."""
