"""Somebody with a browser that runs no script: keeps cookies, sends forms, asks what a run has become."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

import httpx

# What the form of a new share link sends when it is left as it is.
WHOLE = {"scope": "whole", "expires": "7d", "make": "1"}
_CSRF = "runlens_csrftoken"


class Visitor:
    """One person. Every answer is noted in ``seen`` as method, path and status."""

    def __init__(self, url: str, name: str = "") -> None:
        self.name = name
        self.seen: list[tuple[str, str, int]] = []
        self._http = httpx.Client(base_url=url, timeout=60, headers={"User-Agent": name or "-"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    @property
    def cookies(self) -> dict[str, str]:
        """What this browser keeps."""
        return dict(self._http.cookies)

    def get(self, path: str, *, fragment: bool = False) -> httpx.Response:
        """Open an address; as htmx does when it is a ``fragment``."""
        return self._noted(self._http.get(path, headers={"HX-Request": "true"} if fragment else {}))

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form, with the token that its page would carry."""
        fields["csrfmiddlewaretoken"] = self._http.cookies.get(_CSRF) or ""
        return self._noted(self._http.post(path, data=fields))

    def sign_in(self, password: str) -> httpx.Response:
        """Sign in at the form."""
        self.get("/accounts/login/")
        return self.post("/accounts/login/", username=self.name, password=password)

    def paste(self, text: str, team: str = "acme") -> httpx.Response:
        """Paste into the one box."""
        return self.post("/", text=text, team=team)

    def share(self, run_id: str, team: str = "acme") -> httpx.Response:
        """Make a link to the whole result."""
        return self.post(f"/t/{team}/runs/{run_id}/share/", **WHOLE)

    def document(self, run_id: str, team: str = "acme") -> dict[str, Any] | None:
        """What is known of a run; None when the answer was none."""
        answer = self.get(f"/t/{team}/runs/{run_id}.json")
        if answer.status_code != 200:
            return None
        told: dict[str, Any] = answer.json()
        return told

    def until_final(self, run_id: str, *, at_most_s: float = 60) -> dict[str, Any]:
        """Keep the page of a run open until the run has ended; returns what it was."""
        ends = time.monotonic() + at_most_s
        self.get(f"/t/acme/runs/{run_id}/")
        while time.monotonic() < ends:
            self.get(f"/t/acme/runs/{run_id}/panel/", fragment=True)
            told = self.document(run_id)
            if told is not None and told["is_final"]:
                return told
            time.sleep(0.3)
        raise AssertionError(f"{run_id} did not end for {self.name}")

    def _noted(self, answer: httpx.Response) -> httpx.Response:
        self.seen.append((answer.request.method, answer.request.url.path, answer.status_code))
        return answer
