"""The API beside what is tried here."""

from __future__ import annotations

from tests.views.conftest import api, tried_key

__all__ = ["api", "tried_key"]
