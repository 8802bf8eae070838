#!/usr/bin/env python
"""Django's command line for this instance."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run a command; a database that cannot be used is said in one line, like any wrong setting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise SystemExit(f"runlens: the database cannot be used: {reason}") from None


if __name__ == "__main__":
    main()
