"""The score that MDN's HTTP Observatory would give to the documented start, by its published table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.dashboard.test_settings import read_settings

BASELINE, CREDIT_FROM = 100, 90
# What each finding adds or takes, in the names of the table. Points are only given from 90 upwards.
MODIFIERS = {
    "csp-implemented-with-no-unsafe-default-src-none": 10,
    "csp-implemented-with-no-unsafe": 5,
    "csp-implemented-with-unsafe-inline-in-style-src-only": 0,
    "csp-implemented-with-unsafe-eval": -10,
    "csp-implemented-with-unsafe-inline": -20,
    "csp-implemented-with-insecure-scheme": -20,
    "csp-not-implemented": -25,
    "cookies-secure-with-httponly-sessions-and-samesite": 5,
    "cookies-secure-with-httponly-sessions": 0,
    "cookies-not-found": 0,
    "cookies-without-secure-flag-but-protected-by-hsts": -5,
    "cookies-anticsrf-without-samesite-flag": -20,
    "cookies-session-without-httponly-flag": -30,
    "cookies-session-without-secure-flag": -40,
    "cross-origin-resource-sharing-not-implemented": 0,
    "cross-origin-resource-sharing-implemented-with-universal-access": -50,
    "redirection-to-https": 0,
    "redirection-missing": -20,
    "redirection-not-to-https": -20,
    "referrer-policy-private": 5,
    "referrer-policy-not-implemented": 0,
    "referrer-policy-unsafe": -5,
    "hsts-implemented-max-age-at-least-six-months": 0,
    "hsts-implemented-max-age-less-than-six-months": -10,
    "hsts-not-implemented": -20,
    "sri-implemented-and-all-scripts-loaded-securely": 5,
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": 0,
    "sri-not-implemented-but-no-scripts-loaded": 0,
    "sri-not-implemented-and-external-scripts-not-loaded-securely": -50,
    "x-content-type-options-nosniff": 0,
    "x-content-type-options-not-implemented": -5,
    "x-frame-options-implemented-via-csp": 5,
    "x-frame-options-sameorigin-or-deny": 0,
    "x-frame-options-not-implemented": -20,
    "cross-origin-resource-policy-implemented-with-same-origin": 10,
    "cross-origin-resource-policy-implemented-with-cross-origin": 0,
    "cross-origin-resource-policy-not-implemented": 0,
}
HALF_A_YEAR = 15_768_000
HTTPS = "https://runs.example"


@dataclass(frozen=True, slots=True)
class Visit:
    """The answer to plain http, and the page that a visitor ends at."""

    plain: Any
    page: Any

    @property
    def policy(self) -> dict[str, list[str]]:
        sent = self.page.get("Content-Security-Policy", "")
        parts = [part.split() for part in sent.split(";") if part.strip()]
        return {part[0]: part[1:] for part in parts}


def csp(visit: Visit) -> str:
    policy = visit.policy
    if not policy:
        return "csp-not-implemented"
    default = policy.get("default-src", ["*"])
    script, style = policy.get("script-src", default), policy.get("style-src", default)
    open_sources = {"*", "https:", "http:", "data:", "'unsafe-inline'"}
    if open_sources & {*script, *policy.get("object-src", default)}:
        return "csp-implemented-with-unsafe-inline"
    if "'unsafe-eval'" in script + style:
        return "csp-implemented-with-unsafe-eval"
    if any(source.startswith("http:") for sources in policy.values() for source in sources):
        return "csp-implemented-with-insecure-scheme"
    if open_sources & {*style}:
        return "csp-implemented-with-unsafe-inline-in-style-src-only"
    is_shut = default == ["'none'"] and policy.get("form-action") in (["'none'"], ["'self'"])
    return f"csp-implemented-with-no-unsafe{'-default-src-none' if is_shut else ''}"


def cookies(visit: Visit) -> str:
    found = [*visit.page.cookies.values(), *visit.plain.cookies.values()]
    if not found:
        return "cookies-not-found"
    sessions = [one for one in found if re.search("sess|login|sid", one.key, re.IGNORECASE)]
    if any(not one["secure"] for one in sessions):
        return "cookies-session-without-secure-flag"
    if any(not one["httponly"] for one in sessions):
        return "cookies-session-without-httponly-flag"
    if any("csrf" in one.key and one["samesite"] not in ("Lax", "Strict") for one in found):
        return "cookies-anticsrf-without-samesite-flag"
    if any(not one["secure"] for one in found):
        return "cookies-without-secure-flag-but-protected-by-hsts"
    all_same = all(one["samesite"] in ("Lax", "Strict") for one in found)
    return f"cookies-secure-with-httponly-sessions{'-and-samesite' if all_same else ''}"


def sharing(visit: Visit) -> str:
    there = "implemented-with-universal-access"
    kind = there if visit.page.get("Access-Control-Allow-Origin") else "not-implemented"
    return f"cross-origin-resource-sharing-{kind}"


def redirection(visit: Visit) -> str:
    place = visit.plain.get("Location", "")
    if not place:
        return "redirection-missing"
    return "redirection-to-https" if place.startswith(f"{HTTPS}/") else "redirection-not-to-https"


def referrer(visit: Visit) -> str:
    policy = visit.page.get("Referrer-Policy", "")
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    kind = ("private" if policy in private else "unsafe") if policy else "not-implemented"
    return f"referrer-policy-{kind}"


def hsts(visit: Visit) -> str:
    age = re.search(r"max-age=([0-9]+)", visit.page.get("Strict-Transport-Security", ""))
    if age is None:
        return "hsts-not-implemented"
    long = int(age[1]) >= HALF_A_YEAR
    return f"hsts-implemented-max-age-{'at-least' if long else 'less-than'}-six-months"


def integrity(visit: Visit) -> str:
    scripts = re.findall(r"<script\b[^>]*>", visit.page.content.decode())
    if not scripts:
        return "sri-not-implemented-but-no-scripts-loaded"
    if any(re.search(r'src="(?:[a-z]+:)?//', script) for script in scripts):
        return "sri-not-implemented-and-external-scripts-not-loaded-securely"
    if all("integrity=" in script for script in scripts):
        return "sri-implemented-and-all-scripts-loaded-securely"
    return "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"


def sniffing(visit: Visit) -> str:
    is_set = visit.page.get("X-Content-Type-Options") == "nosniff"
    return f"x-content-type-options-{'nosniff' if is_set else 'not-implemented'}"


def framing(visit: Visit) -> str:
    if visit.policy.get("frame-ancestors") in (["'none'"], ["'self'"]):
        return "x-frame-options-implemented-via-csp"
    is_set = visit.page.get("X-Frame-Options") in ("DENY", "SAMEORIGIN")
    return f"x-frame-options-{'sameorigin-or-deny' if is_set else 'not-implemented'}"


def resources(visit: Visit) -> str:
    policy = visit.page.get("Cross-Origin-Resource-Policy", "")
    kind = f"implemented-with-{policy}" if policy else "not-implemented"
    return f"cross-origin-resource-policy-{kind}"


TESTS: tuple[Callable[[Visit], str], ...] = (
    *(csp, cookies, sharing, redirection, referrer),
    *(hsts, integrity, sniffing, framing, resources),
)


def score(visit: Visit) -> tuple[int, dict[str, int]]:
    """The points, and what each test gave."""
    found = {name: MODIFIERS[name] for name in (test(visit) for test in TESTS)}
    without_credit = BASELINE + sum(points for points in found.values() if points < 0)
    credit = sum(points for points in found.values() if points > 0)
    return max(0, without_credit + (credit if without_credit >= CREDIT_FROM else 0)), found


@pytest.fixture
def visit(tmp_path: Path, db: None) -> Iterator[Visit]:
    told = read_settings(tmp_path, SITE_URL=HTTPS, TRUST_PROXY_PROTO="1")
    kept = ("SECURE_", "SESSION_COOKIE_", "CSRF_", "ALLOWED_HOSTS", "X_FRAME_", "CONTENT_SECURITY")
    changed = {name: value for name, value in told.items() if name.startswith(kept)}
    with override_settings(**changed):
        outside = {"Host": "runs.example"}
        plain = Client().get("/", headers=outside | {"X-Forwarded-Proto": "http"})
        page = Client().get("/", headers=outside | {"X-Forwarded-Proto": "https"}, follow=True)
        yield Visit(plain, page)


def test_t18_the_score_is_the_best_that_can_be_had_without_a_list_of_browsers(visit: Visit) -> None:
    points, found = score(visit)

    assert visit.page.status_code == 200
    assert points >= 130, found
    assert min(found.values()) == 0, found


@pytest.mark.parametrize(
    ("header", "value", "most"),
    [
        ("Content-Security-Policy", "", 90),
        ("Content-Security-Policy", "default-src 'self' 'unsafe-inline'", 90),
        ("Strict-Transport-Security", "", 80),
        ("Referrer-Policy", "unsafe-url", 125),
        ("Cross-Origin-Resource-Policy", "", 125),
        ("X-Content-Type-Options", "", 130),
    ],
)
def test_a_header_that_is_missing_costs_what_the_table_says(
    visit: Visit, header: str, value: str, most: int
) -> None:
    page: HttpResponse = visit.page
    del page[header]
    if value:
        page[header] = value

    assert score(Visit(visit.plain, page))[0] <= most
