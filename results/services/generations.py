"""Which data key sealed which rows, counted by the database from how ciphertexts begin; it opens none."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

from django.db.models import BinaryField, Case, Count, F, Func, IntegerField, Value, When

from results import vault
from results.services.sealing import SEALED_COLUMNS, SealedColumn

# Ciphertexts that name no generation begin with one of these alone.
_EARLIER = [bytes([kind]) for kind in (2, 3)]
# A value that no program of this kind sealed.
UNKNOWN = 0


def head(column: SealedColumn) -> Func:
    """How a ciphertext begins, as far as it names the key that sealed it."""
    return Func(
        F(column.column),
        Value(1),
        Case(
            When(_first__in=_EARLIER, then=Value(1)),
            default=Value(vault.HEAD_BYTES),
            output_field=IntegerField(),
        ),
        function="SUBSTR",
        output_field=BinaryField(),
    )


def first_byte(column: SealedColumn) -> Func:
    """The byte that says how the rest of a ciphertext is to be read."""
    return Func(F(column.column), Value(1), Value(1), function="SUBSTR", output_field=BinaryField())


def size(column: SealedColumn) -> Func:
    """How many bytes a ciphertext has, without reading it."""
    return Func(F(column.column), function="LENGTH", output_field=IntegerField())


def counted(
    *, team: uuid.UUID | None = None, columns: Iterable[SealedColumn] = SEALED_COLUMNS
) -> Counter[tuple[uuid.UUID, int]]:
    """Return how many values of each team are sealed by each generation's data key."""
    counts: Counter[tuple[uuid.UUID, int]] = Counter()
    for column in columns:
        rows = column.rows if team is None else column.rows.filter(**{column.team: team})
        groups = (
            rows.order_by()
            .annotate(_first=first_byte(column))
            .annotate(_head=head(column))
            .values_list(f"{column.team}__pk", "_head")
            .annotate(Count("pk"))
        )
        for team_id, begins, number in groups:
            counts[team_id, _generation(bytes(begins))] += number
    return counts


def _generation(begins: bytes) -> int:
    try:
        return vault.generation_of(begins)
    except vault.VaultError:
        return UNKNOWN
