"""People who paste, look, wait, share and revoke, and note whatever an answer should not have been."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from results.sandbox.scenarios import SHOWCASE
from tests.browser.conftest import PASSWORD
from tests.grown.visitor import WHOLE, Visitor

# Each a page with a sentence of its own; a 503 says when to come again.
_STATES = frozenset({200, 302, 401, 403, 404, 429, 503})
_TOKEN = re.compile(r"/s/([\w-]{43})/")
_REVOKE = re.compile(r"/t/\w+/shares/[\w-]{36}/revoke/")
_MADE_UP = (
    *("run_live1s", "run_live2s", "run_live4s", "run_oldlive2s", "run_fail2s", "run_appear2s"),
    *("run_wait1s", "run_fault500", "run_faultbadjson", "run_faultreset", "run_live90s"),
)
_NOTE = "canarynote"
# What only one team may ever read: part of its run ids and of its notes.
CANARIES = {"acme": "canaryofacme", "beta": "canaryofbeta"}


@dataclass
class Ledger:
    """What everybody saw. ``finals`` are runs that some page showed as finished, with their state."""

    finals: dict[tuple[str, str], str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw_final(self, team: str, run_id: str, state: str) -> None:
        """Some page showed this run as finished; a finished run never changes."""
        with self.lock:
            known = self.finals.get((team, run_id))
            if known and state and known != state:
                self.wrong[f"{run_id} was {known} and then {state}"] += 1
            self.finals[team, run_id] = state or known or ""

    def saw(self, kind: str, answer: httpx.Response, team: str) -> None:
        """Judge one answer that somebody of this team, or of none, was given."""
        status = answer.status_code
        body = answer.text if answer.headers.get("Content-Type", "").startswith("text") else ""
        with self.lock:
            self.statuses[status] += 1
            self.kinds[kind] += 1
            if status not in _STATES or (status == 503 and "Retry-After" not in answer.headers):
                self.wrong[f"{kind}: {status}"] += 1
            for owner, canary in CANARIES.items():
                if owner != team and canary in body:
                    self.leaks[f"{kind}: {canary}"] += 1

    def heard_nothing(self, kind: str, error: Exception) -> None:
        """A request got no answer at all."""
        with self.lock:
            self.wrong[f"{kind}: {type(error).__name__}"] += 1


class Person(threading.Thread):
    """Somebody at a browser; what they do next is up to their own random numbers."""

    def __init__(
        self, url: str, name: str, team: str, ledger: Ledger, seed: str, enough: threading.Event
    ) -> None:
        super().__init__(name=f"{name} {seed}", daemon=True)
        self._visitor, self._stranger = Visitor(url, name), Visitor(url)
        self._team, self._ledger, self._enough = team, ledger, enough
        self._random = random.Random(seed)
        self._runs: list[str] = [scenario.run_id for scenario in SHOWCASE[:6]]
        self._number, self._tag = 0, re.sub(r"\W", "", seed)
        self._is_in = False

    def run(self) -> None:
        """Do one thing after another until it is enough."""
        ways: list[tuple[Callable[[], None], int]] = [
            (self._paste, 6), (self._look, 6), (self._poll, 10), (self._ask, 8), (self._share, 2),
            (self._read_shared, 3), (self._revoke, 1), (self._list, 2), (self._pry, 2),
            (self._annotate, 1), (self._download, 1),
        ]  # fmt: skip
        acts, weights = zip(*ways, strict=True)
        while not self._enough.is_set():
            act = self._random.choices(acts, weights)[0] if self._is_in else self._sign_in
            try:
                act()
            except httpx.HTTPError as error:
                self._ledger.heard_nothing(act.__name__.strip("_"), error)
            time.sleep(self._random.uniform(0.01, 0.15))
        with self._ledger.lock:
            self._ledger.cookies |= {v for v in self._visitor.cookies.values() if len(v) > 20}
        for visitor in (self._visitor, self._stranger):
            visitor.__exit__(None, None, None)

    def _sign_in(self) -> None:
        self._is_in = self._noted("sign in", self._visitor.sign_in(PASSWORD)).status_code == 302

    def _paste(self) -> None:
        self._number += 1
        if self._random.random() < 0.7:
            begin = self._random.choice(_MADE_UP)
            run_id = f"{begin}{CANARIES[self._team]}{self._tag}{self._number}"
        else:
            run_id = self._random.choice(SHOWCASE).run_id
        self._runs.append(run_id)
        self._noted("paste", self._visitor.paste(f"what about {run_id}?", self._team))

    def _look(self) -> None:
        self._noted("look", self._visitor.get(self._of_a_run("/")))

    def _poll(self) -> None:
        run_id = self._random.choice(self._runs[-8:])
        answer = self._visitor.get(f"/t/{self._team}/runs/{run_id}/panel/", fragment=True)
        self._noted("poll", answer)
        if answer.status_code == 200 and "HX-Retarget" in answer.headers:
            self._ledger.saw_final(self._team, run_id, "")

    def _ask(self) -> None:
        run_id = self._random.choice(self._runs[-20:])
        answer = self._noted("ask", self._visitor.get(f"/t/{self._team}/runs/{run_id}.json"))
        if answer.status_code == 200 and answer.json()["is_final"]:
            self._ledger.saw_final(self._team, run_id, answer.json()["state"])

    def _share(self) -> None:
        self._noted("share", self._visitor.post(self._of_a_run("/share/"), **WHOLE))
        listed = self._noted("links", self._visitor.get(f"/t/{self._team}/shares/"))
        with self._ledger.lock:
            self._ledger.tokens |= dict.fromkeys(_TOKEN.findall(listed.text), self._team)

    def _read_shared(self) -> None:
        with self._ledger.lock:
            tokens = sorted(self._ledger.tokens.items())
        if tokens:
            token, team = self._random.choice(tokens)
            answer = self._stranger.get(f"/s/{token}/")
            self._ledger.saw("shared", answer, team)
            if _NOTE in answer.text:
                with self._ledger.lock:
                    self._ledger.leaks["shared: a note"] += 1

    def _revoke(self) -> None:
        listed = self._noted("links", self._visitor.get(f"/t/{self._team}/shares/"))
        if live := _REVOKE.findall(listed.text):
            self._noted("revoke", self._visitor.post(self._random.choice(live)))

    def _list(self) -> None:
        page = self._random.choice(("history/?who=team", "keys/", "watches/", "activity/"))
        self._noted("list", self._visitor.get(f"/t/{self._team}/{page}"))

    def _pry(self) -> None:
        other = next(team for team in CANARIES if team != self._team)
        page = self._random.choice(
            ("history/?who=team", "keys/", "shares/", f"runs/{self._runs[0]}/")
        )
        answer = self._noted("pry", self._visitor.get(f"/t/{other}/{page}"))
        if answer.status_code not in (404, 503):
            with self._ledger.lock:
                self._ledger.leaks[f"pry: {answer.status_code}"] += 1

    def _annotate(self) -> None:
        text = f"{_NOTE}, {CANARIES[self._team]}"
        self._noted("note", self._visitor.post(self._of_a_run("/notes/add/"), text=text))

    def _download(self) -> None:
        self._noted("download", self._visitor.get(self._of_a_run("/output?as=raw")))

    def _of_a_run(self, part: str) -> str:
        return f"/t/{self._team}/runs/{self._random.choice(self._runs[-20:])}{part}"

    def _noted(self, kind: str, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 302 and "/accounts/login/" in answer.headers.get("Location", ""):
            self._is_in = False
        self._ledger.saw(kind, answer, self._team)
        return answer
