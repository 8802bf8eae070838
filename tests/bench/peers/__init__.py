"""Small projects around other people's programs; their packages are found through BENCH_AFTER, after our own."""

from __future__ import annotations

import os
import sys

if os.environ.get("BENCH_AFTER"):
    sys.path.append(os.environ["BENCH_AFTER"])
