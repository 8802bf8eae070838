"""Seconds and peak memory of another program; a small process, because a child's peak begins with its parent's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> int:
    """Run the command line, its output thrown away."""
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    json.dump({"seconds": seconds, "mib": used.ru_maxrss * unit / 2**20}, sys.stdout)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
