"""The webhook of a team, for its owners: set, test, renew, remove; its secret is shown once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from results.access import TeamRequest, for_members
from results.models import Role, Webhook, WebhookDelivery
from results.pages.webhooks import DeliveryRow, WebhookPage, delivery_rows
from results.services import webhooks
from results.team_forms import WebhookForm

_LISTED = 20


@for_members(Role.OWNER)
def show(request: TeamRequest) -> HttpResponse:
    """The webhook, the form that sets it, and its latest deliveries."""
    webhook = webhooks.of_team(request.team)
    return _page(request, webhook)


@sensitive_post_parameters("url")
@sensitive_variables("form", "done")
@for_members(Role.OWNER, methods=("POST",))
def save(request: TeamRequest) -> HttpResponse:
    """Set address and switch; the first time the answer shows the new secret, and no other does."""
    form = WebhookForm(request.POST)
    if form.is_valid():
        url, enabled = form.cleaned_data["url"], form.cleaned_data["enabled"]
        try:
            done = webhooks.save(
                team=request.team, url=url, enabled=enabled, by=request.user, now=timezone.now()
            )
        except webhooks.NotSetError as error:
            form.add_error("url", str(error))
        else:
            if done.secret:
                return _page(request, done.row, secret=done.secret)
            messages.success(request, f"Saved. Deliveries go to {done.row.host}.")
            return redirect("webhooks-show", request.team.slug)
    return _page(request, webhooks.of_team(request.team), form=form, status=400)


@sensitive_variables("done")
@for_members(Role.OWNER, methods=("POST",))
def renew(request: TeamRequest) -> HttpResponse:
    """Make a new secret and show it, this once."""
    try:
        done = webhooks.renew_secret(webhook=_webhook(request), by=request.user, now=timezone.now())
    except webhooks.NotSetError as error:
        messages.error(request, str(error))
        return redirect("webhooks-show", request.team.slug)
    return _page(request, done.row, secret=done.secret or "")


@for_members(Role.OWNER, methods=("POST",))
def test(request: TeamRequest) -> HttpResponse:
    """Send a test message and say how that went."""
    try:
        delivery = webhooks.test(webhook=_webhook(request), by=request.user, now=timezone.now())
    except webhooks.NotSetError as error:
        messages.error(request, str(error))
    else:
        row = DeliveryRow(delivery)
        say = messages.success if delivery.delivered_at else messages.warning
        say(request, f"Test: {row.label.lower()}. {row.sentence}")
    return redirect("webhooks-show", request.team.slug)


@for_members(Role.OWNER, methods=("POST",))
def remove(request: TeamRequest) -> HttpResponse:
    """Delete the webhook and what waits to be sent."""
    webhooks.remove(webhook=_webhook(request), by=request.user, now=timezone.now())
    messages.success(request, "The webhook is removed. Nothing is sent any more.")
    return redirect("webhooks-show", request.team.slug)


@for_members(Role.OWNER, methods=("POST",))
def retry(request: TeamRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """Put a delivery that was given up back into the outbox."""
    own = WebhookDelivery.objects.filter(webhook__team=request.team).select_related("webhook__team")
    delivery = get_object_or_404(own, pk=delivery_id)
    if webhooks.retry(delivery=delivery, by=request.user, now=timezone.now()):
        messages.success(request, "It is sent again in a moment.")
    return redirect("webhooks-show", request.team.slug)


def _webhook(request: TeamRequest) -> Webhook:
    webhook = webhooks.of_team(request.team)
    if webhook is None:
        raise Http404
    webhook.team = request.team
    return webhook


def _page(
    request: TeamRequest,
    webhook: Webhook | None,
    *,
    form: WebhookForm | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    url = webhooks.url_of(webhook, team=request.team) if webhook else ""
    initial = {"url": url or "", "enabled": webhook.enabled if webhook else True}
    rows = WebhookDelivery.objects.of(webhook)[:_LISTED] if webhook else ()
    page = WebhookPage(
        team=request.team,
        form=form or WebhookForm(initial=initial),
        webhook=webhook,
        secret=secret,
        locked=url is None,
        deliveries=delivery_rows(rows),
    )
    return render(request, "webhooks/show.html", {"page": page}, status=status)
