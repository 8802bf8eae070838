"""What the page of a team's webhook may show: its secret only in the answer that made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import Form

from results.models import Team, Webhook, WebhookDelivery
from results.models.webhooks import DeliveryEvent
from results.services.webhooks import LOCKED, PAUSES


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery: what it tells, how its attempts went, and what comes next."""

    delivery: WebhookDelivery

    @property
    def run_id(self) -> str:
        """The run that it tells of; empty for a test."""
        return self.delivery.result.run_id if self.delivery.result else ""

    @property
    def label(self) -> str:
        """One or two words for the badge."""
        if self.delivery.delivered_at:
            return "Delivered"
        if self.delivery.given_up_at:
            return "Failed" if self.delivery.event == DeliveryEvent.TEST else "Given up"
        return "Waiting" if self.delivery.attempts else "New"

    @property
    def tone(self) -> str:
        """How the badge looks."""
        if self.delivery.delivered_at:
            return "good"
        return "bad" if self.delivery.given_up_at else "busy"

    @property
    def sentence(self) -> str:
        """How the latest attempt ended."""
        delivery = self.delivery
        if delivery.trouble == LOCKED:
            return "Not sent: the team's secrets cannot be opened with this instance's key ring."
        if delivery.status is None:
            return f"The address {delivery.trouble}." if delivery.trouble else ""
        if 300 <= delivery.status < 400:
            return f"The address answered {delivery.status}; redirects are not followed."
        return f"The address answered {delivery.status}."

    @property
    def attempts(self) -> str:
        """How often it was tried, and how often it can be."""
        most = 1 if self.delivery.event == DeliveryEvent.TEST else len(PAUSES) + 1
        return f"{self.delivery.attempts} of {most}"

    @property
    def next_at(self) -> datetime | None:
        """When the next attempt comes by itself."""
        ended = self.delivery.delivered_at or self.delivery.given_up_at
        return None if ended or not self.delivery.tried_at else self.delivery.due_at

    @property
    def may_retry(self) -> bool:
        """Whether to offer sending it again."""
        return bool(self.delivery.given_up_at) and self.delivery.event != DeliveryEvent.TEST


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """A team's webhook, if it has one, for its owners."""

    team: Team
    form: Form
    webhook: Webhook | None = None
    secret: str = ""
    locked: bool = False
    deliveries: Sequence[DeliveryRow] = ()


def delivery_rows(deliveries: Iterable[WebhookDelivery]) -> list[DeliveryRow]:
    """The rows of the list."""
    return [DeliveryRow(delivery) for delivery in deliveries]
