"""The API beside what is tried here."""

from __future__ import annotations

from tests.views.conftest import api

__all__ = ["api"]
