"""Stores, replaces, tests and forgets project keys; a secret goes in and never comes out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from results import courier, vault
from results.domain.identity import ApiKey
from results.domain.problems import (
    AddressRefused,
    KeyRejected,
    RateLimited,
    RunProblem,
    Unreachable,
)
from results.models import ProjectKey, Sighting, Team
from results.models.audit import Action
from results.models.keys import ONE_OF_EACH, KeyAnswer
from results.services import answers, asking, audit, circuits, sealing

# A person waits for this one, at a form; a little longer than a page would.
TRY_S = 3.0


class NotStoredError(Exception):
    """The key was not stored or tried; the message says why, ``field`` names what to change."""

    def __init__(self, why: str, *, field: str = "secret") -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Tried:
    """What the API said when a key was tried, and until when it wants the key to rest."""

    answer: KeyAnswer
    text: str = ""
    paused_until: datetime | None = None


def try_key(*, api_url: str, key: ApiKey, branch: str) -> Tried:
    """Ask the API once, for at most three seconds; raises NotStoredError.

    A person wants to know now, so that this is asked while the address is left alone too; what
    comes of it counts for everybody.
    """
    asked_at = timezone.now()
    try:
        asking.http().rules.check_api(api_url)
    except AddressRefused as refusal:
        raise NotStoredError(f"Nothing was sent: {refusal.reason}.", field="api_url") from None
    try:
        problem = courier.courier().run(
            lambda: asking.try_key(api_url, key, branch, deadline_s=TRY_S, now=timezone.now),
            timeout_s=TRY_S + 0.5,
        )
    except TimeoutError:
        return Tried(KeyAnswer.NOT_ASKED, "did not answer in time")
    if isinstance(problem, AddressRefused):
        raise NotStoredError(f"Nothing was sent: {problem.reason}.", field="api_url")
    if isinstance(problem, Unreachable):
        failure = answers.Failure(api_url, "", problem.why, asked_at)
        circuits.failed(failure, now=timezone.now())
    else:
        circuits.answered([api_url], asked_at=asked_at, now=timezone.now())
    return _tried(problem)


def store(
    *,
    team: Team,
    project: str,
    api_url: str,
    branch: str,
    key: ApiKey,
    by: User | None,
    now: datetime,
) -> ProjectKey:
    """Try the key and keep it sealed; raises NotStoredError, also for one that the team has.

    A key that could not be asked about is kept too: its row says so.
    """
    _refuse_twin(team, key, branch)
    row = ProjectKey(
        pk=uuid.uuid4(),
        team=team,
        project=project,
        environment=key.environment,
        branch=branch,
        api_url=api_url,
        prefix=key.prefix,
        last_four=key.last_four,
        added_by=by,
        added_at=now,
        last_answer_at=now,
    )
    tried = _tried_or_refused(row, key, by, now)
    row.last_answer, row.last_answer_text = tried.answer, tried.text[:200]
    row.paused_until = tried.paused_until
    sealing.seal_secret(row, key, _data_key(team))
    with _one_of_each(), transaction.atomic():
        row.save(force_insert=True)
        Sighting.objects.ask_again(team, now=now)
        audit.note(team=team, by=by, action=Action.KEY_STORED, subject=subject_of(row), now=now)
    return row


def replace(*, row: ProjectKey, key: ApiKey, by: User | None, now: datetime) -> ProjectKey:
    """Put another secret in the place of the old one; raises as `store` does."""
    _refuse_twin(row.team, key, row.branch, beside=row.pk)
    tried = _tried_or_refused(row, key, by, now)
    row.environment = key.environment
    row.prefix, row.last_four = key.prefix, key.last_four
    sealing.seal_secret(row, key, _data_key(row.team))
    changed = ["environment", "prefix", "last_four", "sealed_secret", "fingerprint"]
    with _one_of_each(), transaction.atomic():
        _keep_answer(row, tried, now, also=changed)
        audit.note(
            team=row.team, by=by, action=Action.KEY_REPLACED, subject=subject_of(row), now=now
        )
    return row


def test(*, row: ProjectKey, by: User | None, now: datetime) -> Tried:
    """Ask the API about a stored key and keep its answer; raises NotStoredError."""
    secret = _open_secret(row)
    try:
        tried = try_key(api_url=row.api_url, key=secret, branch=row.branch)
    except NotStoredError as refusal:
        tried = Tried(KeyAnswer.NOT_ASKED, str(refusal))
    with transaction.atomic():
        _keep_answer(row, tried, now)
        refused = tried.answer == KeyAnswer.REFUSED
        action = Action.KEY_REFUSED if refused else Action.KEY_TESTED
        audit.note(team=row.team, by=by, action=action, subject=subject_of(row), now=now)
    return tried


@transaction.atomic
def forget(*, row: ProjectKey, by: User | None, now: datetime) -> None:
    """Delete the key and its secret; results that it found stay."""
    # The key before the runs that name it, as everywhere.
    ProjectKey.objects.select_for_update().filter(pk=row.pk).first()
    team, subject = row.team, subject_of(row)
    row.delete()
    audit.note(team=team, by=by, action=Action.KEY_FORGOTTEN, subject=subject, now=now)


def note_fingerprints(team: Team, *, opened: vault.DataKey) -> int:
    """Note the fingerprints of keys that have none yet; returns how many were noted.

    A key that does not open keeps none, and so does the twin of one that has its own already.
    """
    noted = 0
    for row in ProjectKey.objects.of(team).filter(fingerprint__isnull=True):
        try:
            secret = sealing.open_secret(row, opened)
            with transaction.atomic():
                noted += ProjectKey.objects.filter(pk=row.pk, fingerprint__isnull=True).update(
                    fingerprint=sealing.fingerprint(secret, row.branch, opened)
                )
        except (vault.VaultError, IntegrityError):
            continue
    return noted


def _refuse_twin(team: Team, key: ApiKey, branch: str, *, beside: uuid.UUID | None = None) -> None:
    """Refuse a key that another row of the team holds already, and say which."""
    opened = _data_key(team)
    note_fingerprints(team, opened=opened)
    try:
        prints = sealing.fingerprints(team, key, branch, opened)
    except vault.VaultError:
        raise NotStoredError(_LOCKED) from None
    twins = ProjectKey.objects.of(team).filter(fingerprint__in=prints)
    twin = (twins if beside is None else twins.exclude(pk=beside)).first()
    if twin is not None:
        raise NotStoredError(
            f"The team has this key already: {twin.label}, {twin.hint}, at {twin.api_url}. "
            f"Nothing was changed."
        )


@contextmanager
def _one_of_each() -> Iterator[None]:
    """Say it in words when the database finds the same key, stored a moment ago."""
    try:
        yield
    except IntegrityError as error:
        if ONE_OF_EACH not in str(error) and "projectkey.fingerprint" not in str(error):
            raise
        raise NotStoredError("The team has this key already. Nothing was changed.") from None


def default_api_url() -> str:
    """The API address that a key gets when nobody names another."""
    url: str = settings.TRIGGER_API_URL
    return url


_LOCKED = "The team's secrets cannot be opened with this instance's key ring; nothing was changed."


def _data_key(team: Team) -> vault.DataKey:
    try:
        return sealing.data_key(team)
    except vault.VaultError:
        raise NotStoredError(_LOCKED) from None


def _open_secret(row: ProjectKey) -> ApiKey:
    try:
        return sealing.open_secret(row, _data_key(row.team))
    except vault.VaultError:
        raise NotStoredError(
            "This key cannot be opened with this instance's key ring; paste it again."
        ) from None


def _tried_or_refused(row: ProjectKey, key: ApiKey, by: User | None, now: datetime) -> Tried:
    tried = try_key(api_url=row.api_url, key=key, branch=row.branch)
    if tried.answer == KeyAnswer.REFUSED:
        # The secret that was tried, which is not the stored one when it was to take its place.
        subject = f"{row.label} {key.prefix}••••{key.last_four}"
        audit.note(team=row.team, by=by, action=Action.KEY_REFUSED, subject=subject, now=now)
        said = f" It said: {tried.text}." if tried.text else ""
        raise NotStoredError(f"Trigger.dev refused this key, so it was not stored.{said}")
    return tried


def _keep_answer(row: ProjectKey, tried: Tried, now: datetime, *, also: Sequence[str] = ()) -> None:
    """Write what the API said, and let runs that wait for a key be asked about at once."""
    row.last_answer, row.last_answer_at = tried.answer, now
    row.last_answer_text = tried.text[:200]
    written = ["last_answer", "last_answer_at", "last_answer_text", *also]
    if tried.answer == KeyAnswer.ACCEPTED or tried.paused_until is not None:
        row.paused_until = tried.paused_until
        written.append("paused_until")
    # Never `save`: it would bring back a key that was forgotten while the API was asked.
    kept = ProjectKey.objects.filter(pk=row.pk).update(
        **{name: getattr(row, name) for name in written}
    )
    if not kept:
        raise NotStoredError("This key was forgotten in the meantime; nothing was changed.")
    Sighting.objects.ask_again(row.team, now=now)


def _tried(problem: RunProblem | None) -> Tried:
    match problem:
        case None:
            return Tried(KeyAnswer.ACCEPTED)
        case KeyRejected():
            return Tried(KeyAnswer.REFUSED, problem.said)
        case RateLimited():
            return Tried(KeyAnswer.NOT_ASKED, problem.reason, problem.until)
        case _:
            return Tried(KeyAnswer.NOT_ASKED, problem.reason)


def subject_of(row: ProjectKey) -> str:
    """Return what the audit calls a key: its label and the ends of its secret."""
    return f"{row.label} {row.hint}"
