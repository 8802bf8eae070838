"""Opens and seals what belongs to a team, with the instance's ring; it decides nothing about access.

Every sealed column is listed here once, so that rotation, check and export cannot miss one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models

from results import vault
from results.domain.identity import ApiKey
from results.models import (
    FormerKey,
    Note,
    ProjectKey,
    ResultBody,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
    Webhook,
)

# The purposes under which things are sealed: table and column.
SECRET = "keys.secret"  # noqa: S105  the name of a purpose
OUTPUT = "results.output"
ERROR = "results.error"
DETAILS = "results.details"
PROGRESS = "sightings.details"
TOKEN = "shares.token"  # noqa: S105  the name of a purpose
CHOICES = "shares.choices"
WEBHOOK_URL = "webhooks.url"
WEBHOOK_SECRET = "webhooks.secret"  # noqa: S105  the name of a purpose
NOTE = "notes.text"


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed bytes: its purpose, where it is, and what its ciphertexts are bound to.

    A ciphertext is bound to its row's key and to the columns that ``bound`` names. ``team`` leads
    from the row to its team. ``exported`` says whether an export of the team carries it, opened.
    """

    purpose: str
    model: type[models.Model]
    column: str
    exported: bool
    team: str = "team"
    bound: tuple[str, ...] = ()

    @property
    def rows(self) -> models.QuerySet[Any]:
        """All rows that hold something in this column, without reading it."""
        return models.QuerySet(self.model).filter(**{f"{self.column}__isnull": False})

    def row(self, row: models.Model) -> str:
        """What a ciphertext of this row is bound to."""
        return "|".join((str(row.pk), *(str(getattr(row, name)) for name in self.bound)))

    def sealed(self, row: models.Model) -> bytes:
        """The sealed bytes of a row."""
        return bytes(getattr(row, self.column))

    def open(self, row: models.Model, opened: vault.DataKey) -> bytes:
        """Return what the row holds here; raises VaultError."""
        return opened.open(
            self.sealed(row), purpose=self.purpose, row=self.row(row), earlier_row=str(row.pk)
        )

    def reseal(self, row: models.Model, opened: vault.DataKey) -> bytes | None:
        """Return the same sealed by the team's newest key, None when it is; raises VaultError."""
        return opened.reseal(
            self.sealed(row), purpose=self.purpose, row=self.row(row), earlier_row=str(row.pk)
        )


# A key's address is bound too: nobody can send a stored secret to another host.
_SECRET = SealedColumn(SECRET, ProjectKey, "sealed_secret", exported=False, bound=("api_url",))
_OUTPUT = SealedColumn(OUTPUT, ResultBody, "sealed_output", exported=True, team="result__team")
_ERROR = SealedColumn(ERROR, ResultBody, "sealed_error", exported=True, team="result__team")
_DETAILS = SealedColumn(DETAILS, ResultBody, "sealed_details", exported=True, team="result__team")
_PROGRESS = SealedColumn(PROGRESS, Sighting, "sealed_details", exported=False)
_TOKEN = SealedColumn(TOKEN, ShareLink, "sealed_token", exported=False)
_CHOICES = SealedColumn(CHOICES, ShareLink, "sealed_choices", exported=False)
_WEBHOOK_URL = SealedColumn(WEBHOOK_URL, Webhook, "sealed_url", exported=False)
_WEBHOOK_SECRET = SealedColumn(WEBHOOK_SECRET, Webhook, "sealed_secret", exported=False)
_NOTE = SealedColumn(NOTE, Note, "sealed_text", exported=True)

SEALED_COLUMNS = (
    *(_SECRET, _OUTPUT, _ERROR, _DETAILS, _PROGRESS, _TOKEN, _CHOICES),
    *(_WEBHOOK_URL, _WEBHOOK_SECRET, _NOTE),
)


def ring() -> vault.Ring:
    """Return the instance's ring; raises VaultError when its text is malformed."""
    try:
        return vault.parsed_ring(settings.VAULT_KEYS)
    except vault.RingError as error:
        raise vault.VaultError(f"VAULT_KEYS is malformed: {error}") from None


def ring_problem() -> str:
    """Return what is wrong with the text of the ring, or nothing; it never repeats any of it."""
    try:
        ring()
    except vault.VaultError as error:
        return str(error)
    return ""


def data_key(team: Team) -> vault.DataKey:
    """Return the team's data key, with those of other generations behind it; raises VaultError.

    While rows are being sealed anew both generations open. Other keys than the newest are fetched
    only for a row that needs one.
    """
    if team.is_shredded:
        raise vault.VaultError("the team's data key was destroyed")
    instance_ring = ring()
    known: dict[int, vault.DataKey] = {}

    def other(generation: int) -> vault.DataKey:
        if generation not in known:
            known[generation] = _other_key(team, generation, instance_ring)
        return known[generation]

    return _unwrapped(instance_ring, team, team.key_generation, team).with_others(other)


def is_locked(team: Team) -> bool:
    """Whether the instance's ring opens nothing of this team."""
    try:
        data_key(team)
    except vault.VaultError:
        return True
    return False


def _other_key(team: Team, generation: int, instance_ring: vault.Ring) -> vault.DataKey:
    """Return a key that was replaced, or one that was made after the team's row was read."""
    # Twice, because a key may be replaced between the two looks.
    for _ in range(2):
        former = FormerKey.objects.filter(team=team, generation=generation).first()
        row = former or Team.objects.filter(pk=team.pk, key_generation=generation).first()
        if row is not None:
            return _unwrapped(instance_ring, row, generation, team)
    raise vault.VaultError(f"the data key of generation {generation} is not there")


def _unwrapped(
    instance_ring: vault.Ring, row: Team | FormerKey, generation: int, team: Team
) -> vault.DataKey:
    return instance_ring.unwrap(
        row.ring_key_id, bytes(row.wrapped_key), team=str(team.pk), generation=generation
    )


def open_secret(key: ProjectKey, opened: vault.DataKey) -> ApiKey:
    """Return the project key's secret; raises VaultError, also when its API address was changed."""
    return ApiKey(_SECRET.open(key, opened).decode())


def seal_secret(key: ProjectKey, secret: ApiKey, opened: vault.DataKey) -> None:
    """Put a secret into the row, with its fingerprint; the row is not saved."""
    plain = secret.reveal().encode()
    key.sealed_secret = opened.seal(plain, purpose=SECRET, row=_SECRET.row(key))
    key.fingerprint = fingerprint(secret, key.branch, opened)


def fingerprints(team: Team, secret: ApiKey, branch: str, opened: vault.DataKey) -> list[bytes]:
    """Return the fingerprints that this key may have in the team: one for each of its data keys."""
    former = FormerKey.objects.filter(team=team).values_list("generation", flat=True)
    keys = [opened, *(opened.others(generation) for generation in former)]
    return [fingerprint(secret, branch, key) for key in keys]


def fingerprint(secret: ApiKey, branch: str, opened: vault.DataKey) -> bytes:
    """Return what is equal for the same key in the same team; a preview key is one of its branch."""
    return opened.fingerprint(f"{secret.reveal()}\0{branch}".encode(), purpose=SECRET)


def open_body(result: StoredResult, *, team: Team) -> dict[str, bytes | None]:
    """Return `output`, `error` and `details` of a result, None where absent; raises VaultError."""
    body = ResultBody.objects.get(result=result)
    opened = data_key(team)
    return {
        column.purpose.rpartition(".")[2]: (
            None if getattr(body, column.column) is None else column.open(body, opened)
        )
        for column in (_OUTPUT, _ERROR, _DETAILS)
    }


def open_progress(sighting: Sighting, *, team: Team) -> bytes | None:
    """Return what the API told of a run that has not ended, None when nothing; raises VaultError."""
    if sighting.sealed_details is None:
        return None
    return _PROGRESS.open(sighting, data_key(team))


def open_token(link: ShareLink, opened: vault.DataKey) -> str:
    """Return the token of a share link; raises VaultError."""
    return _TOKEN.open(link, opened).decode()


def open_choices(link: ShareLink, opened: vault.DataKey) -> bytes | None:
    """Return what a share link opens, None where it says nothing; raises VaultError."""
    return None if link.sealed_choices is None else _CHOICES.open(link, opened)


def open_webhook(webhook: Webhook, opened: vault.DataKey) -> tuple[str, str]:
    """Return the address and the secret of a webhook; raises VaultError."""
    url, secret = _WEBHOOK_URL.open(webhook, opened), _WEBHOOK_SECRET.open(webhook, opened)
    return url.decode(), secret.decode()
