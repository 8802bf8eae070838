"""Addresses of source code: a team's own, with a place for the path; frames lead nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.source_links import (
    NotASourceAddressError,
    parse_source_address,
    source_url,
)
from results.domain.stack import Frame, read_stack

GITHUB = "https://github.com/acme/jobs/blob/main/{path}#L{line}"


def frame(line: str) -> Frame:
    [found] = read_stack(f"Error: x\n    at {line}", message="x").frames
    return found


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("run (file:///app/src/trigger/a.ts:12:5)", "src/trigger/a.ts#L12"),
        ("file:///app/src/trigger/a.ts:12:5", "src/trigger/a.ts#L12"),
        ("run (/app/src/a.ts:1:2)", "src/a.ts#L1"),
        ("run (src/a.ts:1:2)", "src/a.ts#L1"),
        ("run (./src/a.ts:1:2)", "src/a.ts#L1"),
        ("run (file:///app/src/%5Bid%5D/a%20b.ts:1:2)", "src/%5Bid%5D/a%20b.ts#L1"),
        ("run (/app/src/a?x=1&y#z.ts:1:2)", "src/a%3Fx%3D1%26y%23z.ts#L1"),
        ("run (/app/src/\u00e9\u6771.ts:1:2)", "src/%C3%A9%E6%9D%B1.ts#L1"),
        ("eval (eval at run (file:///app/src/a.ts:3:1), src/b.ts:1:2)", "src/b.ts#L1"),
    ],
)
def test_an_own_frame_leads_to_its_line(line: str, url: str) -> None:
    expected = f"https://github.com/acme/jobs/blob/main/{url}"

    assert source_url(GITHUB, frame(line), project="Shop") == expected


@pytest.mark.parametrize(
    "line",
    [
        "run (file:///app/node_modules/x/a.js:1:2)",
        "run (node:internal/process:1:2)",
        "run (/home/ada/code/a.ts:1:2)",
        "run (C:\\code\\a.ts:1:2)",
        "run (webpack://jobs/src/a.ts:1:2)",
        "run (file:///app/../etc/a.ts:1:2)",
        "run (file:///app/%2e%2e/a.ts:1:2)",
        "run (/app//a.ts:1:2)",
        "run (src/a\u202e.ts:1:2)",
        "run (file:///app/src/%00a.ts:1:2)",
        "Array.map (<anonymous>)",
        "run (native)",
    ],
)
def test_what_is_in_no_repository_under_that_name_leads_nowhere(line: str) -> None:
    assert source_url(GITHUB, frame(line), project="Shop") == ""


def test_without_an_address_nothing_leads_anywhere() -> None:
    assert source_url("", frame("run (src/a.ts:1:2)"), project="Shop") == ""


def test_projects_and_columns_have_places_too() -> None:
    address = "https://git.example/{project}/{path}?l={line}&c={column}"
    own = frame("run (src/a.ts:1:2)")

    assert (
        source_url(address, own, project="Web shop/eu")
        == "https://git.example/Web%20shop%2Feu/src/a.ts?l=1&c=2"
    )
    assert source_url(address, own, project="") == ""


def test_what_stands_in_a_path_takes_no_other_place() -> None:
    own = frame("run (src/{line}.ts:7:2)")

    url = source_url(GITHUB, own, project="")

    assert url == "https://github.com/acme/jobs/blob/main/src/%7Bline%7D.ts#L7"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("github.com/acme/{path}", "Begin with https"),
        ("javascript:alert(1)//{path}", "Begin with https"),
        ("vscode://file/{path}", "Begin with https"),
        ("https://github.com/acme/jobs", "where the path of the file goes"),
        ("https://github.com/{file}/{path}", "Braces are for"),
        ("https://github.com/{path", "Braces are for"),
        ("https://{project}.example/{path}", "whole name of a host"),
        ("https://{path}", "whole name of a host"),
        ("https:///{path}", "whole name of a host"),
        ("https://user:pw@git.example/{path}", "whole name of a host"),
        ("https://git.example:99999/{path}", "whole name of a host"),
        ("https://[::1/{path}", "whole name of a host"),
        ("https://git.example/a b/{path}", "no spaces"),
        ("https://git.example/\u00e9/{path}", "no unusual characters"),
        ("https://git.example/" + "x" * 300 + "{path}", "300 characters"),
    ],
)
def test_what_is_no_address_for_files_is_refused_and_says_why(text: str, words: str) -> None:
    with pytest.raises(NotASourceAddressError, match=words):
        parse_source_address(text)


def test_an_address_is_taken_without_the_space_around_it() -> None:
    assert parse_source_address(f"  {GITHUB}\n") == GITHUB


@given(st.text(), st.integers(0, 10**9))
def test_whatever_a_frame_names_it_leads_to_the_teams_own_place(file: str, line: int) -> None:
    address = "https://git.example:8443/acme/{path}?at=main#L{line}"
    url = source_url(address, Frame("x", file=file, line=line, column=1), project="Shop")

    if url:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", "git.example:8443")
        assert parts.path.startswith("/acme/")
        assert (parts.query, parts.fragment) == ("at=main", f"L{line}")
        assert ".." not in parts.path.split("/")
