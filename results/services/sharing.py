"""Makes, opens, renews and ends share links; a token is found by its digest and by nothing else."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q

from results import right_of_way, vault
from results.domain.disclosure import Choices, Disclosed, Scope, disclose
from results.models import ShareLink, StoredResult, Team
from results.models.audit import Action
from results.services import audit, lookup, sealing
from results.services.lookup import OpenedResult
from results.services.store_trouble import passed_over
from results.services.tokens import digest_of

# Whoever holds a link could fill the audit; so often it is told at the most, of each link.
NOTED_ONCE_IN = timedelta(hours=1)
LONGEST_PASSCODE = 200

WHOLE = Choices()


class NotSharedError(Exception):
    """No link was made or changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Until when a link lives, who it is for, and what it asks for.

    Without a moment it lives for SHARE_DAYS days; only ``never_expires`` makes one that has no end.
    """

    expires_at: datetime | None = None
    never_expires: bool = False
    label: str = ""
    passcode: str = ""


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link as its team sees it; the token and the choices are None when the vault cannot open them."""

    row: ShareLink
    token: str | None
    choices: Choices | None = None


def share(
    *,
    result: StoredResult,
    choices: Choices = WHOLE,
    terms: Terms = Terms(),
    by: User,
    now: datetime,
) -> ListedLink:
    """Make a link that opens what was chosen of this result; raises NotSharedError."""
    choices = choices.kept_narrow()
    opened = _opened_key(result.team, "no link was made")
    shown = lookup.open_result(result=result, team=result.team)
    seen = disclosed(shown, choices)
    if seen.is_missing:
        raise NotSharedError("That part is not in this result; no link was made.")
    token, pk = secrets.token_urlsafe(32), uuid.uuid4()
    ends = terms.expires_at or now + timedelta(days=settings.SHARE_DAYS)
    with transaction.atomic():
        row = ShareLink.objects.create(
            pk=pk,
            team=result.team,
            result=result,
            digest=digest_of(token),
            sealed_token=_sealed(opened, sealing.TOKEN, token.encode(), pk),
            sealed_choices=_sealed(opened, sealing.CHOICES, choices.written, pk),
            scope=choices.scope.value,
            found_count=len(seen.findings),
            shown_count=len(seen.findings) - seen.masked_count,
            passcode=make_password(terms.passcode) if terms.passcode else "",
            label=terms.label,
            created_by=by,
            created_at=now,
            expires_at=None if terms.never_expires else ends,
            never_expires=terms.never_expires,
        )
        _note(row, Action.SHARE_CREATED, by, now, _in_words(row, choices))
    return ListedLink(row, token, choices)


def disclosed(opened: OpenedResult, choices: Choices, *, with_places: bool = False) -> Disclosed:
    """Return what a link with these choices shows of an opened result."""
    return disclose(
        output=opened.output,
        error=opened.error,
        details=opened.details,
        choices=choices,
        with_places=with_places,
        checkpoint=right_of_way.give_way,
    )


def opened_for_visitors(opened: OpenedResult, seen: Disclosed) -> OpenedResult:
    """Return the opened result with nothing left in it but what is disclosed."""
    return OpenedResult(
        opened.row, seen.output, seen.error, seen.details, opened.locked, disclosed=True
    )


def open_result(*, row: ShareLink) -> tuple[OpenedResult, Disclosed, Choices]:
    """Open what a link shows of its result; never raises, a closed vault is part of the answer."""
    team = row.result.team
    locked = OpenedResult(row.result, None, None, None, locked=True, disclosed=True)
    try:
        choices = _choices(row, sealing.data_key(team))
    except vault.VaultError:
        # The row still says how narrow it is, and a page without values shows no more than that.
        return locked, Disclosed(), Choices(Scope(row.scope))
    opened = lookup.open_result(result=row.result, team=team)
    if opened.locked:
        return locked, Disclosed(), choices
    seen = disclosed(opened, choices)
    return opened_for_visitors(opened, seen), seen, choices


def rotate(*, row: ShareLink, by: User, now: datetime) -> str:
    """Give a live link another address; the old one opens nothing any more. Raises NotSharedError."""
    opened = _opened_key(row.team, "the link was not changed")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        changed = (
            ShareLink.objects.live(now)
            .filter(pk=row.pk)
            .update(
                digest=digest_of(token),
                sealed_token=_sealed(opened, sealing.TOKEN, token.encode(), row.pk),
                rotated_at=now,
            )
        )
        if not changed:
            raise NotSharedError("That link has ended; make a new one.")
        _note(row, Action.SHARE_ROTATED, by, now)
    return token


@transaction.atomic
def set_passcode(*, row: ShareLink, passcode: str, by: User, now: datetime) -> None:
    """Ask for another passcode, or for none; who had entered the former one is asked again."""
    hashed = make_password(passcode) if passcode else ""
    if ShareLink.objects.live(now).filter(pk=row.pk).update(passcode=hashed):
        words = "another passcode" if passcode else "no passcode"
        _note(row, Action.SHARE_PASSCODE_SET, by, now, words)


@transaction.atomic
def revoke(*, row: ShareLink, by: User, now: datetime) -> None:
    """End a link at once; ending it twice changes nothing."""
    ended = ShareLink.objects.filter(pk=row.pk, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=by
    )
    if ended:
        _note(row, Action.SHARE_REVOKED, by, now)


@transaction.atomic
def delete(*, row: ShareLink, by: User, now: datetime) -> None:
    """Delete a link with all that is known of it."""
    team, subject = row.team, row.result.run_id
    row.delete()
    audit.note(team=team, by=by, action=Action.SHARE_DELETED, subject=subject, now=now)


def find(*, token: str, now: datetime) -> ShareLink | None:
    """Return the live link with this token, and its result and team; None for any other token."""
    return (
        ShareLink.objects.live(now)
        .filter(digest=digest_of(token))
        .select_related("result__team")
        .first()
    )


def note_opening(*, row: ShareLink, now: datetime) -> None:
    """Count that somebody came to read; the audit is told of the first, then of one an hour at the most."""
    with passed_over("the opening of a link"):
        ShareLink.objects.filter(pk=row.pk).update(
            opened_count=F("opened_count") + 1, last_opened_at=now
        )
        _note_use(row, Action.SHARE_OPENED, row.opening_noted_at, "opening_noted_at", now)


def note_download(*, row: ShareLink, now: datetime) -> None:
    """Tell the audit that a shared output was downloaded, once an hour at the most for each link."""
    _note_use(row, Action.SHARE_DOWNLOADED, row.download_noted_at, "download_noted_at", now)


def note_refusal(*, row: ShareLink, now: datetime) -> None:
    """Tell the audit that a wrong passcode was sent, once an hour at the most for each link."""
    _note_use(row, Action.SHARE_PASSCODE_REFUSED, row.refusal_noted_at, "refusal_noted_at", now)


def listed(*, links: Sequence[ShareLink], team: Team, with_tokens: bool) -> list[ListedLink]:
    """Return links with their tokens opened; never raises, a closed vault leaves tokens out."""
    if not with_tokens:
        return [ListedLink(link, None) for link in links]
    try:
        opened = sealing.data_key(team)
    except vault.VaultError:
        return [ListedLink(link, None) for link in links]
    return [_listed(link, opened) for link in links]


def _note(row: ShareLink, action: Action, by: User | None, now: datetime, more: str = "") -> None:
    subject = f"{row.result.run_id}: {more}" if more else row.result.run_id
    audit.note(team=row.result.team, by=by, action=action, subject=subject, now=now)


def _note_use(
    row: ShareLink, action: Action, noted_at: datetime | None, column: str, now: datetime
) -> None:
    if noted_at is not None and noted_at > now - NOTED_ONCE_IN:
        return
    due = Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__lte": now - NOTED_ONCE_IN})
    with transaction.atomic():
        # Two visitors at the same moment: one of them is noted.
        if ShareLink.objects.filter(due, pk=row.pk).update(**{column: now}):
            _note(row, action, None, now)


def _in_words(row: ShareLink, choices: Choices) -> str:
    """What a link opens and for how long, in words that tell nothing of what it holds."""
    more = [name for name in ("payload", "metadata", "tags") if getattr(choices, name)]
    ends = (
        "never expires" if row.expires_at is None else f"until {row.expires_at:%Y-%m-%d %H:%M} UTC"
    )
    code = ["passcode"] if row.passcode else []
    shown = [f"not masked: {row.shown_count}"] if row.shown_count else []
    return ", ".join([choices.scope.label, *more, ends, *code, *shown])


def _opened_key(team: Team, otherwise: str) -> vault.DataKey:
    try:
        return sealing.data_key(team)
    except vault.VaultError:
        raise NotSharedError(
            f"The team's secrets cannot be opened with this instance's key ring; {otherwise}."
        ) from None


def _sealed(opened: vault.DataKey, purpose: str, plain: bytes, pk: uuid.UUID) -> bytes:
    return opened.seal(plain, purpose=purpose, row=str(pk))


def _choices(link: ShareLink, opened: vault.DataKey) -> Choices:
    """What a link opens; raises VaultError, also where it is not legible, because then it opens nothing."""
    written = sealing.open_choices(link, opened)
    if written is None:
        return WHOLE
    try:
        return Choices.read(written)
    except ValueError as error:
        raise vault.VaultError("the choices of a link cannot be read") from error


def _listed(link: ShareLink, opened: vault.DataKey) -> ListedLink:
    try:
        return ListedLink(link, sealing.open_token(link, opened), _choices(link, opened))
    except vault.VaultError:
        return ListedLink(link, None)
