"""An event's hash covers every field, and what is written down is one clean line."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from results.domain.audit import (
    HELD_A_SECRET,
    NOTHING_BEFORE,
    Entry,
    Head,
    Link,
    clean,
    entry_hash,
    trouble_with,
)

ENTRY = Entry(
    team_id=uuid.UUID(int=7),
    sequence=1,
    at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    actor="alice",
    actor_id=3,
    action="key.stored",
    subject="Shop · production",
    address="192.0.2.7",
    request_id="a" * 32,
)


def chained(entry: Entry, after: Head) -> Link:
    return Link(entry, after.hash, entry_hash(entry, previous=after.hash))


def test_t24_the_hash_is_the_same_for_ever() -> None:
    # A changed encoding would break every chain that was ever written.
    told = (
        f'["runlens audit 1","{"0" * 64}","00000000000000000000000000000007",1,'
        f'"2026-11-23T12:00:00.000000+00:00","alice",3,"key.stored",'
        f'"Shop \\u00b7 production","192.0.2.7","{"a" * 32}"]'
    )

    assert entry_hash(ENTRY, previous=NOTHING_BEFORE) == hashlib.sha256(told.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"team_id": uuid.UUID(int=8)},
        {"sequence": 2},
        {"at": ENTRY.at + timedelta(microseconds=1)},
        {"actor": "alicia"},
        {"actor_id": 4},
        {"actor_id": None},
        {"action": "key.tested"},
        {"subject": "Shop · staging"},
        {"address": ""},
        {"request_id": "b" * 32},
        {"actor": "alic", "action": "ekey.stored"},
        {"subject": 'Shop","x'},
    ],
)
def test_t24_every_field_is_in_the_hash(change: dict[str, Any]) -> None:
    other = replace(ENTRY, **change)

    assert entry_hash(other, previous=NOTHING_BEFORE) != entry_hash(ENTRY, previous=NOTHING_BEFORE)


def test_t24_the_hash_before_is_in_the_hash() -> None:
    assert entry_hash(ENTRY, previous="1" * 64) != entry_hash(ENTRY, previous=NOTHING_BEFORE)


def test_a_moment_has_one_hash_in_every_zone() -> None:
    there = replace(ENTRY, at=ENTRY.at.astimezone(timezone(timedelta(hours=5))))

    assert entry_hash(there, previous="") == entry_hash(ENTRY, previous="")


def test_t24_a_whole_chain_has_no_trouble() -> None:
    first = chained(ENTRY, Head())
    second = chained(replace(ENTRY, sequence=2), Head(1, first.hash))

    assert trouble_with(first, after=Head()) == ""
    assert trouble_with(second, after=Head(1, first.hash)) == ""


def test_t24_what_is_wrong_with_a_link_is_named() -> None:
    first = chained(ENTRY, Head())
    third = chained(replace(ENTRY, sequence=3), Head(2, "2" * 64))
    forged = replace(ENTRY, sequence=2, subject="forged")

    altered = replace(first, entry=replace(ENTRY, subject="forged"))
    assert trouble_with(altered, after=Head()).startswith("altered")
    assert trouble_with(replace(first, previous="1" * 64), after=Head()).startswith("altered")
    assert trouble_with(third, after=Head(1, first.hash)).startswith("gap: event 2 is missing")
    assert trouble_with(chained(forged, Head(1, "1" * 64)), after=Head(1, first.hash)).startswith(
        "wrong previous"
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("run_abc", "run_abc"),
        ("Zoë · 日本 → 👍", "Zoë · 日本 → 👍"),
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x00b\x7f\x9b", "a\\x00b\\x7f\\x9b"),
        ("a\u2028b\u202ec", "a\\u{2028}b\\u{202e}c"),
        ("a\ud800b", "a\\u{d800}b"),
        ("name tr_dev_AbcdefgH12345678", HELD_A_SECRET),
        ("tr_dev_••••A1b2", "tr_dev_••••A1b2"),
        ("x" * 20, "x" * 20),
        ("x" * 21, "x" * 19 + "…"),
        ("\n" * 21, "\\x0a" * 4 + "\\x0" + "…"),
    ],
)
def test_t24_foreign_text_is_kept_on_one_line(text: str, kept: str) -> None:
    longest = 255 if "x" not in text[:1] and "\n" not in text[:1] else 20

    said = clean(text, longest=longest)

    assert said == kept
    assert len(said) <= longest
    assert said.isprintable()
