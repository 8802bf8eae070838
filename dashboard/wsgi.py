"""The WSGI application for a server other than ours, which has nobody else to go the rounds."""

from __future__ import annotations

from django.conf import settings

from dashboard.serving import application, begin_pages

__all__ = ["application"]

begin_pages(goes_round=settings.ROUNDS_IN_WEB)
