"""What is aimed at, and what was found: the goals by name, each as a ratio; it measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.bench.ratios import Ratio

Form = Literal["quick", "full"]
Status = Literal["met", "not met", "not run"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio and where it shall be. ``form`` is the smallest form in which it is measured."""

    name: str
    group: str
    what: str
    target: float
    at_least: bool = False
    anchor: str = ""
    form: Form = "quick"
    on_purpose: str = ""

    @property
    def aim(self) -> str:
        """The target as the table says it."""
        return f"{'≥' if self.at_least else '≤'} {self.target:g}"

    def is_met_by(self, value: float) -> bool:
        """Whether a median reaches the target."""
        return value >= self.target if self.at_least else value <= self.target


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one goal: the ratio round by round, and the figures behind it in words."""

    goal: str
    ratio: Ratio
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A goal with its finding, or with the reason for which there is none."""

    goal: Goal
    finding: Finding | None
    reason: str = ""

    @property
    def status(self) -> Status:
        """Met, not met, or not run."""
        if self.finding is None:
            return "not run"
        return "met" if self.goal.is_met_by(self.finding.ratio.median) else "not met"


def _least(name: str, group: str, what: str, target: float, anchor: str, **more: str) -> Goal:
    return Goal(name, group, what, target, True, anchor, **more)  # type: ignore[arg-type]


def _most(name: str, group: str, what: str, target: float, anchor: str = "", **more: str) -> Goal:
    return Goal(name, group, what, target, False, anchor, **more)  # type: ignore[arg-type]


_PAGES, _WAITING, _READING = "Pages", "Waiting for the API", "Large results"
_STORING, _WEIGHT, _BROWSER = "Storage", "Weight", "In the browser"

_NO_DISK = (
    "On purpose: a page that may be revalidated must first be kept on the visitor's disk, and private "
    "pages leave nothing there (docs/decisions.md)."
)

GOALS: tuple[Goal, ...] = (
    _least("1", _PAGES, "finished run's page (10 KB JSON) / floor page, requests a second", 0.90,
           "a page with the JSON as plain text 0.93"),
    _least("1 rq", _PAGES, "the same page / rq-dashboard's page of a job", 1.0, "rq-dashboard / floor 0.58", form="full"),
    _least("1 celery", _PAGES, "the same page / django-celery-results' admin page", 1.0,
           "celery-results admin / floor 0.33", form="full"),
    _least("2", _PAGES, "304 of a permalink / its full page, requests a second", 1.6, "1.65", on_purpose=_NO_DISK),
    _least("3", _PAGES, "floor page on the shipped server / on the best WSGI server", 0.95,
           "granian 1.00, gthread 0.93"),
    _most("4", _WAITING, "questions to the API / intervals, 1,000 viewers of one run, 2 workers", 1.3,
          "row claim 1.25, local cache 1.7"),
    _most("5", _WAITING, "p99 of those polls (500 a second) / floor page's idle p99", 3.0, "0.8"),
    _most("6 p95", _WAITING, "page p95 with 500 runs being asked for 2 s each / idle", 2.0, "1.7"),
    _most("6 p99", _WAITING, "page p99 with 500 runs being asked for 2 s each / idle", 3.0,
          "1.4; 512 threads 16; async httpx 870"),
    _most("7 growth", _WAITING, "CPU of a call to the API, 50 at once / one at a time", 1.5, "0.8; plain httpx 7.9"),
    _most("7 cost", _WAITING, "CPU of a call at 50 at once / raw asyncio", 25.0, "13; plain httpx 181"),
    _most("15", _WAITING, "first look at a run, API takes 50 ms / (calls × 50 ms + floor page)", 1.5),
    _most("8 time", _READING, "pretty-printing 10 MB / jq .", 0.10, "0.028; standard library 1.13"),
    _most("8 memory", _READING, "its peak memory / jq's", 0.7, "0.54; standard library 2.8"),
    _most("9 time", _READING, "first page of 50 MB, on the server / jq .", 0.05, "0.019; full parse 0.37"),
    _most("9 memory", _READING, "its peak memory / jq's", 0.25, "0.15; full parse 1.0"),
    _most("13 time", _READING, "search in 10 MB / jq doing the same", 1.0),
    _most("13 pages", _READING, "another page's p95 during searches / idle", 2.0),
    _most("large memory", _READING, "peak memory of the server on that page / the document", 8.0),
    _most("large pages", _READING, "another page's p95 while 10 MB pages are read / idle", 2.0),
    _most("17", _READING, "peak memory for first page, search and download of 50 MB / the document", 3.0),
    _most("large first", _BROWSER, "first content painted of a 10 MB result's page / of a 10 KB one's", 1.5),
    _most("10 time", _BROWSER, "usable time of a 10 MB result / of a 10 KB one", 2.0, "1.65; everything at once 517"),
    _most("10 memory", _BROWSER, "the browser's memory for it / for the 10 KB one", 1.3, "1.05; everything at once 45"),
    _most("11 requests", _BROWSER, "requests of a cold load", 5.0, "rq-dashboard 10, Flower 13, celery-results admin 22"),
    _most("11 bytes", _BROWSER, "bytes of a cold load / django-celery-results' admin page", 0.25,
          "0.14 to 0.31", form="full"),
    _most("12 read", _STORING, "reading 10 MB sealed (row, decrypt, inflate) / the same as plain text", 0.6, "0.36"),
    _most("12 size", _STORING, "stored size / size as sent", 0.25, "0.19"),
    _least("12 writers", _STORING, "results stored a second, 8 writers / 1 writer, no errors", 0.5, "0.59"),
    _most("12 lookup", _STORING, "finding one of many results / one of 1,000", 3.0, "2.5 from 1 M to 10 M rows"),
    _most("12 deep", _STORING, "a deep page of a task's list / its first page", 1.2, "1.07; by offset 91"),
    _most("14 time", _STORING, "slowest list page with many results / with 1,000", 1.2),
    _most("14 queries", _STORING, "its number of queries / with 1,000", 1.0),
    _most("16 memory", _WEIGHT, "a worker's memory after start / a bare Django's", 1.5),
    _most("16 start", _WEIGHT, "its time to start / a bare Django's", 2.0),
)  # fmt: skip
