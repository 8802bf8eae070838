"""What the ring opens and what it does not: counts, and a check that really opens; it changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from results import vault
from results.models import FormerKey, KeyRotation, Team
from results.services import generations, keys, sealing, second_factors
from results.services.rotation import Closed
from results.services.sealing import SEALED_COLUMNS, SealedColumn

_PAGE = 200


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key: how many data keys it wraps and how many values those seal.

    ``closed`` of its data keys do not open although the ring has a key of that id. ``factors`` of the
    values are second factors, which it seals without a data key.
    """

    key_id: str
    in_ring: bool
    wraps: bool
    data_keys: int
    values: int
    closed: int
    factors: int = 0

    @property
    def can_be_dropped(self) -> bool:
        """Whether nothing needs it any more."""
        return self.in_ring and not self.wraps and not (self.data_keys or self.factors)

    @property
    def is_missing(self) -> bool:
        """Whether something needs it, and the ring has none or another."""
        return bool(self.data_keys or self.factors) and (not self.in_ring or bool(self.closed))


@dataclass(frozen=True, slots=True)
class Generation:
    """The data keys of one generation that one master key wraps, and the values they seal."""

    generation: int
    key_id: str
    seals: bool
    data_keys: int
    values: int


@dataclass(frozen=True, slots=True)
class RingStatus:
    """All that `vault status` tells."""

    master_keys: Sequence[MasterKey]
    generations: Sequence[Generation]
    rotation: KeyRotation | None
    orphans: int

    @property
    def is_whole(self) -> bool:
        """Whether everything that is sealed has its keys."""
        return not self.orphans and not any(key.is_missing for key in self.master_keys)


def status() -> RingStatus:
    """Count data keys and sealed values per master key and generation; raises VaultError."""
    ring, values = sealing.ring(), generations.counted()
    wrapped: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    by_master: Counter[str] = Counter()
    groups: dict[tuple[int, str, bool], list[int]] = {}
    for row, generation, team in _data_keys():
        key_id, number = row.ring_key_id, values.pop((team.pk, generation), 0)
        wrapped[key_id] += 1
        by_master[key_id] += number
        closed[key_id] += not _opens(ring, row, generation, team)
        group = groups.setdefault((generation, key_id, row is team), [0, 0])
        group[0] += 1
        group[1] += number
    factors = second_factors.counted()
    ids = dict.fromkeys((*ring.keys, *sorted(wrapped | factors)))
    return RingStatus(
        [
            MasterKey(
                key_id,
                key_id in ring.keys,
                key_id == ring.first_id,
                wrapped[key_id],
                by_master[key_id] + factors[key_id],
                closed[key_id],
                factors[key_id],
            )
            for key_id in ids
        ],
        [Generation(*key, *numbers) for key, numbers in sorted(groups.items(), reverse=True)],
        KeyRotation.objects.under_way(),
        # What is left over belongs to a team whose key was destroyed, or to no data key at all.
        _orphans(values),
    )


def missing_key_ids() -> list[str]:
    """Return the ids of master keys that something needs and the ring lacks or has otherwise.

    One data key of each id is tried, so that this is quick; raises VaultError for a broken ring.
    """
    ring = sealing.ring()
    missing = set()
    teams, former = Team.objects.with_key(), FormerKey.objects.exclude(team__wrapped_key=b"")
    for key_id in teams.order_by().values_list("ring_key_id", flat=True).distinct():
        team = teams.filter(ring_key_id=key_id).first()
        if team is not None and not _opens(ring, team, team.key_generation, team):
            missing.add(key_id)
    for key_id in former.order_by().values_list("ring_key_id", flat=True).distinct():
        row = former.filter(ring_key_id=key_id).select_related("team").first()
        if row is not None and not _opens(ring, row, row.generation, row.team):
            missing.add(key_id)
    return sorted(missing)


def check(*, sample: int | None, fingerprints: bool) -> Iterator[Closed | None]:
    """Open everything, or ``sample`` values of each column of each team; one item for each value.

    None stands for a value that opens. With ``fingerprints`` keys that have none yet get theirs.
    """
    for team in Team.objects.with_key().order_by("slug").iterator():
        try:
            opened = sealing.data_key(team)
        except vault.VaultError as error:
            yield Closed(team.slug, "data key", str(error))
            continue
        if fingerprints:
            keys.note_fingerprints(team, opened=opened)
        for column in SEALED_COLUMNS:
            for row in _rows(column, team, sample):
                try:
                    column.open(row, opened)
                except vault.VaultError as error:
                    yield Closed(team.slug, f"{column.purpose} {row.pk}", str(error))
                else:
                    yield None


def _rows(column: SealedColumn, team: Team, sample: int | None) -> Iterator[Any]:
    """The rows of a team one at a time, because one value may be large."""
    rows = column.rows.filter(**{column.team: team.pk})
    if sample is not None:
        pks = list(rows.order_by("?").values_list("pk", flat=True)[:sample])
        yield from _one_by_one(rows, column, pks)
        return
    after = None
    while pks := list(
        (rows if after is None else rows.filter(pk__gt=after))
        .order_by("pk")
        .values_list("pk", flat=True)[:_PAGE]
    ):
        yield from _one_by_one(rows, column, pks)
        after = pks[-1]


def _one_by_one(rows: QuerySet[Any], column: SealedColumn, pks: Sequence[Any]) -> Iterator[Any]:
    for pk in pks:
        row = rows.filter(pk=pk).only(column.column, *column.bound).first()
        if row is not None:
            yield row


def _data_keys() -> Iterator[tuple[Team | FormerKey, int, Team]]:
    for team in Team.objects.with_key().order_by("pk").iterator():
        yield team, team.key_generation, team
    former = FormerKey.objects.exclude(team__wrapped_key=b"").select_related("team")
    for key in former.order_by("pk").iterator():
        yield key, key.generation, key.team


def _opens(ring: vault.Ring, row: Team | FormerKey, generation: int, team: Team) -> bool:
    try:
        ring.unwrap(
            row.ring_key_id, bytes(row.wrapped_key), team=str(team.pk), generation=generation
        )
    except vault.VaultError:
        return False
    return True


def _orphans(values: Counter[tuple[Any, int]]) -> int:
    shredded = set(Team.objects.filter(wrapped_key=b"").values_list("pk", flat=True))
    return sum(number for (team, _), number in values.items() if team not in shredded)
