"""What the end of a run sets off: its watches end and the team's webhook is told; it sends nothing.

Everything here is part of the transaction in which the result is stored, so that neither can be
lost without the other.
"""

from __future__ import annotations

from datetime import datetime

from results.models import StoredResult, Watch, Webhook, WebhookDelivery
from results.models.webhooks import DeliveryEvent


def run_ended(*, result: StoredResult, now: datetime) -> int:
    """End everybody's watches of the run with its outcome; returns how many there were.

    When there was one, a delivery for the team's webhook goes into the outbox, once for a run.
    """
    live = Watch.objects.of_run(result.team, result.run_id).live()
    ended = live.update(ended_at=now, outcome=result.state, task=result.task)
    if ended:
        _tell_webhook(result, now)
    return ended


def _tell_webhook(result: StoredResult, now: datetime) -> None:
    webhook = Webhook.objects.filter(team=result.team, enabled=True).first()
    if webhook is not None:
        WebhookDelivery.objects.get_or_create(
            webhook=webhook,
            result=result,
            defaults={"event": DeliveryEvent.RUN_FINISHED, "created_at": now, "due_at": now},
        )
