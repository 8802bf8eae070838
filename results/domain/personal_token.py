"""How a personal token is spelt, so that it is known wherever it turns up; it must not know who holds one."""

from __future__ import annotations

import re

# The prefix lets people and scanners of secrets tell whose token it is.
PREFIX = "runlens_"
PATTERN = rf"{PREFIX}[0-9A-Za-z_-]{{43}}(?![0-9A-Za-z_-])"
IN_TEXT = re.compile(rf"(?<![0-9A-Za-z]){PATTERN}")
