"""Asks the API with one project key; it must not know where keys or answers are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from results.domain.identity import ApiKey
from results.domain.packet import Packet
from results.domain.problems import LinkRefused, Unreachable, Unreadable
from results.domain.result import Absent, Finished, Pending, StoredOutput
from results.trigger import wire
from results.trigger.http import Answer, Http

# Without exactly this value the API answers with its older names for some statuses.
API_VERSION = "2025-07-16"


class TriggerClient:
    """The calls Runlens makes, each within the seconds that are left of one deadline.

    ``calls`` counts those that took one of the key's requests; fetching from a store takes none.
    """

    def __init__(
        self,
        http: Http,
        base_url: str,
        key: ApiKey,
        *,
        branch: str = "",
        now: Callable[[], datetime],
        deadline_s: Callable[[], float],
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._branch = branch
        self._now = now
        self._deadline_s = deadline_s
        self.calls = 0

    async def result(self, run_id: str) -> Finished | Absent:
        """Ask `/api/v1/runs/{id}/result`; raises a RunProblem."""
        answer = await self._get(f"/api/v1/runs/{quote(run_id, safe='')}/result")
        return wire.read_result(run_id, answer.status, answer.headers, answer.body, now=self._now())

    async def retrieve(self, run_id: str) -> Finished | Pending | Absent:
        """Ask `/api/v3/runs/{id}`; raises a RunProblem."""
        answer = await self._get(f"/api/v3/runs/{quote(run_id, safe='')}")
        return wire.read_run(run_id, answer.status, answer.headers, answer.body, now=self._now())

    async def stored_output(self, stored: StoredOutput) -> Packet:
        """Fetch an output from its object store, without the key; raises a RunProblem.

        The type of the fetched object is the output's real type.
        """
        url = stored.presigned_url
        if url is None:
            pointer = quote(stored.pointer or "", safe="")
            answer = await self._get(f"/api/v1/packets/{pointer}")
            url = wire.read_presigned(answer.status, answer.headers, answer.body, now=self._now())
        self._http.rules.check_store(url)
        try:
            answer = await self._http.get(
                url, headers={}, deadline_s=self._deadline_s(), to="store"
            )
        except Unreachable as problem:
            raise Unreachable(f"the object store {problem.why}") from None
        except Unreadable as problem:
            raise Unreadable(f"the object store {problem.why}") from None
        if answer.status == 429 or answer.status >= 500:
            raise Unreachable(f"the object store failed with status {answer.status}")
        if answer.status == 403:
            raise LinkRefused("the object store answered with status 403")
        if answer.status != 200:
            raise Unreadable(f"the object store answered with status {answer.status}")
        return Packet(answer.body, answer.headers.get("content-type"))

    async def _get(self, path: str) -> Answer:
        self._http.rules.check_api(self._base_url)
        headers = {
            "Authorization": f"Bearer {self._key.reveal()}",
            "Accept": "application/json",
            "x-trigger-api-version": API_VERSION,
        }
        if self._branch:
            headers["x-trigger-branch"] = _header_text(self._branch)
        deadline_s = self._deadline_s()
        self.calls += 1
        return await self._http.get(self._base_url + path, headers=headers, deadline_s=deadline_s)


def _header_text(branch: str) -> str:
    # Any other character would be sent in an encoding that the server does not read.
    if not (branch.isascii() and branch.isprintable()):
        raise Unreadable("was not asked: the name of its branch does not fit into a request")
    return branch
