"""The WSGI application of a web process, and the rounds that go with it; it holds no rule."""

from __future__ import annotations

import os
import sys
from multiprocessing.util import Finalize

from dashboard import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# A page gives way to other threads at each of its queries. Behind one that computes, as the page of a
# large result does, it would wait this long every time before it goes on; Python's 5 ms are a quarter
# of what a page takes. Searches compute far longer, and in a process of their own.
sys.setswitchinterval(0.0005)

application = requests.application()

# After the set-up above models exist; a broken address ends the start, not the first request.
from django.conf import settings  # noqa: E402

import dashboard.urls  # noqa: E402, F401
from results.rounds import Rounds  # noqa: E402

# How long what is in flight to the API may keep an ending process.
FINISH_S = 10.0

_rounds = Rounds()
if settings.ROUNDS_IN_WEB:
    _rounds.start()
# A server's worker never reaches `atexit`; this is called there, and in any other process too.
Finalize(None, _rounds.end, kwargs={"timeout_s": FINISH_S}, exitpriority=100)
