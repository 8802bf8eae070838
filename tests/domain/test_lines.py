"""A long text in stretches: every line once and in order, numbered, never cut inside a character."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.document import Document
from results.domain.lines import MOST_BYTES, MOST_LINES, Line, Lines, line_of, lines_at
from results.domain.outputs import decode
from results.domain.packet import Packet


def walked(text: bytes) -> list[Lines]:
    found = [lines_at(text, 0)]
    while (after := found[-1].next_after) is not None:
        assert after > found[-1].after
        found.append(lines_at(text, after))
    return found


def joined(found: list[Lines]) -> list[str]:
    """The lines put together again, those that were cut as one."""
    whole: list[str] = []
    for line in (line for stretch in found for line in stretch.lines):
        if line.continues:
            whole[-1] += line.text
        else:
            whole.append(line.text)
            assert line.number == len(whole)
    return whole


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))))
def test_all_lines_come_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)

    # The empty line after the last line end is none.
    assert joined(walked(text.encode())) == text.removesuffix("\n").split("\n") * bool(text)


def test_a_stretch_ends_after_a_thousand_lines() -> None:
    first, second, third = walked(b"x\n" * (2 * MOST_LINES + 1))

    assert (first.first, first.last, second.first, second.last) == (1, 1000, 1001, 2000)
    assert third.lines == (Line(2001, "x"),)
    assert first.earlier_after is None
    assert second.earlier_after == first.after
    assert third.earlier_after == second.after


def test_a_line_longer_than_a_stretch_is_cut_between_characters_and_says_so() -> None:
    text = ("€" * MOST_BYTES).encode()

    found = walked(text)

    assert joined(found) == ["€" * MOST_BYTES]
    assert [stretch.lines[0].continues for stretch in found] == [False, True, True, True]
    assert [stretch.lines[0].goes_on for stretch in found] == [True, True, True, False]
    assert {stretch.first for stretch in found} == {1}


def test_a_line_that_does_not_fit_any_more_waits_for_the_next_stretch() -> None:
    text = b"short\n" + b"x" * (MOST_BYTES - 6) + b"\nlast"

    first, second = walked(text)

    assert first.lines == (Line(1, "short"),)
    assert [line.number for line in second.lines] == [2, 3]


def test_windows_line_ends_are_line_ends() -> None:
    assert [line.text for line in lines_at(b"a\r\nb\r\n", 0).lines] == ["a", "b"]


@pytest.mark.parametrize("after", [5, 999, -1])
def test_a_place_behind_the_end_is_the_beginning(after: int) -> None:
    assert lines_at(b"a\nb\n\n", after).after == 0


def test_a_place_inside_a_character_is_before_it() -> None:
    assert lines_at("aé".encode(), 2).lines == (Line(1, "é", continues=True),)


def test_the_line_of_a_character() -> None:
    assert line_of("ab\ncd\nef", 4) == (3, 2)
    assert line_of("ab", 1) == (0, 1)


def document(data: bytes, type_: str = "application/json") -> Document:
    return decode(Packet(data, type_))


def test_a_text_is_shown_without_quotes_however_it_came() -> None:
    sent = 'one\n"two"\n'

    for held in (document(sent.encode(), "text/plain"), document(json.dumps(sent).encode())):
        assert [line.text for line in held.lines().lines] == ["one", '"two"']
    as_sent = document(json.dumps(sent).encode()).lines(as_sent=True)
    assert [line.text for line in as_sent.lines] == [json.dumps(sent)]


def test_broken_bytes_do_not_move_the_lines_that_follow() -> None:
    held = document(b"\xff\xff\n" * 1_500 + b"end", "text/plain")
    after = held.lines().next_after

    assert after is not None
    assert held.lines(after).first == 1001
    assert held.lines(after).lines[-1] == Line(1501, "end")
