"""The longest text that may be pasted is read at once, whatever it is made of."""

from __future__ import annotations

import time

import pytest

from results.domain.identity import read_pasted


@pytest.mark.parametrize(
    "unit",
    [
        "run_",
        "-eyJ",
        "_eyJ",
        " eyJaaaaaaaa.aaaaaaaa",
        "tr_a_",
        "run_abc ",
        "\x00",
        "run_a_",
        "eyJaaaaaaaa.",
        "\x1b[",
        "\\u001b[0;",
        "https://run_a?",
    ],
)
def test_the_longest_hostile_paste_is_read_at_once(unit: str) -> None:
    text = (unit * 65_536)[:65_536]
    began = time.thread_time()

    read_pasted(text)

    assert time.thread_time() - began < 0.5
