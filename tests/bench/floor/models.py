"""The one row that the floor's page reads; it must not know the product."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FloorRun(models.Model):
    """A finished run with everything in plain columns."""

    team = models.CharField(max_length=80)
    run_id = models.CharField(max_length=68)
    state = models.CharField(max_length=16)
    task = models.CharField(max_length=255)
    output = models.TextField()

    objects: ClassVar[models.Manager[FloorRun]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "run_id"], name="one_floor_run")]

    def __str__(self) -> str:
        return self.run_id
