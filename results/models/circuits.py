"""Circuits: which API addresses keep failing and until when they are left alone, for all workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import models

from results.domain.circuit import Circuit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ApiCircuit(models.Model):
    """The failures of one API address since it last answered; no row while nothing ever failed.

    ``recent_ms`` are the moments of the latest failures, in ms since 1970.
    """

    api_url = models.CharField("API address", max_length=255, unique=True)
    failures = models.PositiveIntegerField(default=0)
    recent_ms = models.JSONField("recent failures", default=list)
    only_run = models.CharField(max_length=68, blank=True)
    opened_at = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "API circuit"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opened_at__isnull=True, open_until__isnull=True)
                | models.Q(opened_at__isnull=False, open_until__gt=models.F("opened_at")),
                name="open_circuits_have_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.api_url

    @property
    def circuit(self) -> Circuit:
        """The row as the domain knows it."""
        return Circuit(
            self.failures,
            tuple(_EPOCH + timedelta(milliseconds=at) for at in self.recent_ms),
            self.only_run,
            self.opened_at,
            self.open_until,
        )

    @circuit.setter
    def circuit(self, circuit: Circuit) -> None:
        self.failures, self.only_run = circuit.failures, circuit.only_run
        self.recent_ms = [(at - _EPOCH) // timedelta(milliseconds=1) for at in circuit.recent]
        self.opened_at, self.open_until = circuit.opened_at, circuit.open_until
