"""Every column of sealed bytes is listed where rotation, check and export look; it opens nothing."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from results.services import sealing
from results.services.sealing import SEALED_COLUMNS

LISTED = {(column.model, column.column) for column in SEALED_COLUMNS}


def sealed_fields() -> set[tuple[type[models.Model], str]]:
    return {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.BinaryField) and field.name.startswith("sealed_")
    }


def test_t10_every_sealed_column_is_listed() -> None:
    missing = sealed_fields() - LISTED

    assert not missing, (
        f"{[f'{model.__name__}.{name}' for model, name in missing]}: "
        "add it to SEALED_COLUMNS in results/services/sealing.py, or rotation leaves it behind"
    )
    assert len(LISTED) >= 6
    assert sealed_fields() == LISTED


def test_every_purpose_is_a_column_and_every_column_has_one_of_its_own() -> None:
    purposes = [column.purpose for column in SEALED_COLUMNS]
    named = {
        value
        for name, value in vars(sealing).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }

    assert len(set(purposes)) == len(purposes)
    assert set(purposes) == named


def test_every_way_to_a_team_leads_to_one() -> None:
    for column in SEALED_COLUMNS:
        asked = str(column.rows.values(f"{column.team}__slug", *column.bound).query)
        assert "results_team" in asked
