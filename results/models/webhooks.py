"""Webhooks of teams and the outbox of their deliveries; a row can neither send nor open itself."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from results.models.leases import Leased, LeasedQuerySet
from results.models.results import StoredResult
from results.models.teams import Team


class Webhook(models.Model):
    """Where a team wants to be told of watched runs that ended.

    The address may itself be a credential, so it is sealed like the secret; ``host`` is all of it
    that may be shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.OneToOneField(Team, models.CASCADE, related_name="webhook")
    host = models.CharField(max_length=255)
    sealed_url = models.BinaryField(editable=False)
    sealed_secret = models.BinaryField(editable=False)
    enabled = models.BooleanField(default=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host


class DeliveryEvent(models.TextChoices):
    """What a delivery tells."""

    RUN_FINISHED = "run.finished"
    TEST = "webhook.test"


class WebhookDeliveryQuerySet(LeasedQuerySet["WebhookDelivery"]):
    """Deliveries; a claim is the right to send."""

    taken_with = ("webhook__team", "result")

    def of(self, webhook: Webhook) -> Self:
        """Return the deliveries of a webhook, newest first."""
        return self.filter(webhook=webhook).select_related("result").order_by("-created_at", "-pk")

    def open(self) -> Self:
        """Return those that were neither taken by the other side nor given up."""
        return self.filter(delivered_at__isnull=True, given_up_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Return those to be sent now that nobody is sending, the longest due first."""
        wanted = self.open().unclaimed(now).filter(due_at__lte=now, webhook__enabled=True)
        return wanted.order_by("due_at")


class WebhookDelivery(Leased):
    """One message for a webhook; its id is what the other side knows it by, however often it comes.

    ``attempts`` counts answers and failures. ``status`` is that of the latest answer, ``trouble``
    why there was none. Nothing that was answered is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=16, choices=DeliveryEvent.choices)
    result = models.ForeignKey(StoredResult, models.CASCADE, null=True, related_name="deliveries")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    trouble = models.CharField(max_length=255, blank=True)
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "result"], name="a_finished_run_is_told_once"
            ),
            models.CheckConstraint(
                condition=models.Q(event=DeliveryEvent.RUN_FINISHED, result__isnull=False)
                | models.Q(event=DeliveryEvent.TEST, result__isnull=True),
                name="a_delivery_tells_of_a_result_or_is_a_test",
            ),
            models.CheckConstraint(
                condition=models.Q(delivered_at__isnull=True) | models.Q(given_up_at__isnull=True),
                name="a_delivery_ends_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "-created_at"], name="deliveries_newest_first"),
            # Serves `due`, which every process asks about every few seconds.
            models.Index(
                fields=["due_at"],
                condition=models.Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="deliveries_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
