"""Sealing and opening: what comes back, and everything that must not open."""

from __future__ import annotations

import base64
import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.vault import (
    DataKey,
    Ring,
    RingError,
    VaultError,
    new_data_key,
    new_ring_text,
    parsed_ring,
)

K1 = "k1:" + base64.b64encode(b"1" * 32).decode()
K2 = "k2:" + base64.b64encode(b"2" * 32).decode()
KEY = DataKey(b"d" * 32, "team-a")


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_as_it_was(plain: bytes) -> None:
    sealed = KEY.seal(plain, purpose="results.output", row="1")

    assert KEY.open(sealed, purpose="results.output", row="1") == plain


def test_a_large_text_is_sealed_small() -> None:
    plain = b'{"row":1}' * 100_000

    assert len(KEY.seal(plain, purpose="p", row="1")) < len(plain) / 20


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    assert len({KEY.seal(b"x", purpose="p", row="1") for _ in range(100)}) == 100


@pytest.mark.parametrize("plain", [b"short", b"long " * 200])
@pytest.mark.parametrize(
    ("team", "purpose", "row"),
    [
        ("team-b", "keys.secret", "1"),
        ("team-a", "results.output", "1"),
        ("team-a", "keys.secret", "2"),
        ("team-a", "keys.secret|1", ""),
        ("team-a|keys.secret", "1", ""),
    ],
)
def test_what_was_moved_elsewhere_does_not_open(
    plain: bytes, team: str, purpose: str, row: str
) -> None:
    sealed = KEY.seal(plain, purpose="keys.secret", row="1")

    with pytest.raises(VaultError):
        DataKey(KEY.key, team).open(sealed, purpose=purpose, row=row)


@pytest.mark.parametrize("plain", [b"short", b"long " * 200])
def test_a_flipped_bit_anywhere_is_noticed(plain: bytes) -> None:
    sealed = KEY.seal(plain, purpose="p", row="1")

    for place in range(len(sealed)):
        for bit in (0x01, 0x80):
            changed = bytearray(sealed)
            changed[place] ^= bit
            with pytest.raises(VaultError):
                KEY.open(bytes(changed), purpose="p", row="1")


@pytest.mark.parametrize("plain", [b"", b"short", b"long " * 200])
def test_sealed_bytes_that_were_cut_do_not_open(plain: bytes) -> None:
    sealed = KEY.seal(plain, purpose="p", row="1")

    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            KEY.open(sealed[:length], purpose="p", row="1")


@given(st.binary(max_size=200))
def test_bytes_that_nobody_sealed_do_not_open(junk: bytes) -> None:
    with pytest.raises(VaultError):
        KEY.open(junk, purpose="p", row="1")


def test_another_data_key_does_not_open() -> None:
    sealed = KEY.seal(b"x", purpose="p", row="1")

    with pytest.raises(VaultError, match="does not fit"):
        DataKey(new_data_key(), "team-a").open(sealed, purpose="p", row="1")


def test_a_ring_wraps_with_its_first_key_and_unwraps_with_all() -> None:
    data_key = new_data_key()
    key_id, wrapped = Ring.parse(K1).wrap(data_key, team="a")

    grown = Ring.parse(f"{K2},{K1}")

    assert key_id == "k1"
    assert grown.first_id == "k2"
    assert grown.unwrap("k1", wrapped, team="a").key == data_key
    assert grown.wrap(data_key, team="a")[0] == "k2"


def test_a_ring_without_the_key_says_which_one_is_missing() -> None:
    _, wrapped = Ring.parse(K1).wrap(new_data_key(), team="a")

    with pytest.raises(VaultError, match="no key k1"):
        Ring.parse(K2).unwrap("k1", wrapped, team="a")


def test_a_wrong_key_under_the_right_id_does_not_unwrap() -> None:
    _, wrapped = Ring.parse(K1).wrap(new_data_key(), team="a")
    wrong = Ring.parse(K2.replace("k2", "k1"))

    with pytest.raises(VaultError, match="does not fit"):
        wrong.unwrap("k1", wrapped, team="a")


def test_a_data_key_of_one_team_does_not_unwrap_for_another() -> None:
    ring = Ring.parse(K1)
    _, wrapped = ring.wrap(new_data_key(), team="a")

    with pytest.raises(VaultError):
        ring.unwrap("k1", wrapped, team="b")


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x01" * 20, os.urandom(61)])
def test_a_wrapped_key_that_was_cut_or_changed_does_not_unwrap(wrapped: bytes) -> None:
    with pytest.raises(VaultError):
        Ring.parse(K1).unwrap("k1", wrapped, team="a")


HEX = "deadbeefdeadbeefdeadbeefdeadbeef"
MATERIAL = base64.b64encode(b"s3cret-material-of-a-master-key!").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ,",
        MATERIAL,
        f"{MATERIAL}:k1",
        f"{HEX}:k1",
        f"k1:{HEX}",
        f"k1={MATERIAL}",
        f"k1:{MATERIAL}x",
        f"k1:{MATERIAL[:-4]}",
        f"k1:{MATERIAL},k1:{MATERIAL}",
        f"{'k' * 33}:{MATERIAL}",
        f"k-1:{MATERIAL}",
        f"k1: {MATERIAL}",
        f"k1:{MATERIAL};k2:{MATERIAL}",
        f"{HEX}:{MATERIAL},{HEX}:{MATERIAL}",
    ],
)
def test_a_malformed_ring_is_refused_without_repeating_any_of_it(text: str) -> None:
    with pytest.raises(RingError) as refusal:
        Ring.parse(text)

    said = str(refusal.value)
    assert not any(
        text[at : at + 6] in said
        for at in range(max(len(text) - 5, 0))
        if text[at : at + 6].strip()
    )
    assert refusal.value.__cause__ is None


def test_spaces_and_empty_entries_between_keys_are_overlooked() -> None:
    assert list(Ring.parse(f" {K2} ,, {K1} ,").keys) == ["k2", "k1"]


def test_a_new_ring_has_one_random_key() -> None:
    assert new_ring_text() != new_ring_text()
    assert Ring.parse(new_ring_text("k7")).first_id == "k7"


def test_rings_and_data_keys_do_not_show_their_keys() -> None:
    shown = repr(parsed_ring(K1)) + str(parsed_ring(K1)) + repr(KEY) + f"{KEY}"

    assert "1111" not in shown
    assert "dddd" not in shown


def test_a_data_key_is_never_pickled() -> None:
    for holder in (KEY, Ring.parse(K1)):
        with pytest.raises(TypeError):
            pickle.dumps(holder)
