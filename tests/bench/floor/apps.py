"""The floor as a Django application; it must not know the product."""

from __future__ import annotations

from django.apps import AppConfig


class FloorConfig(AppConfig):
    """Its one table."""

    name = "tests.bench.floor"
    label = "floor"
    default_auto_field = "django.db.models.BigAutoField"
