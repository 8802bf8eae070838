"""From a request to an answer, in the real server's order of checks; it must not know sockets or aiohttp."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from results.sandbox import answer as answers
from results.sandbox.answer import Answer, as_json
from results.sandbox.keys import (
    Grant,
    Refusal,
    bare_key,
    is_valid_token,
    open_strictly,
    open_widely,
)
from results.sandbox.object_store import PREFIX, ObjectStore, is_safe_pointer
from results.sandbox.rate_limit import Limiter, Verdict, too_many
from results.sandbox.result_answer import result_answer
from results.sandbox.retrieve_answer import retrieve_answer
from results.sandbox.world import Bucket, Run, World, store_path

RESULT = re.compile(r"/api/v1/runs/([^/]+)/result\Z")
RETRIEVE = re.compile(r"/api/v3/runs/([^/]+)\Z")
PACKET = re.compile(r"/api/v1/packets/(.+)\Z")
UNCOUNTED = re.compile(r"/api/v[12]/packets/|/api/v1/runs/[^/]+/attempts\Z")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
API_VERSION = "2025-07-16"
READING = frozenset({"GET", "HEAD"})
EVERYWHERE = {
    "Strict-Transport-Security": "max-age=3153600000",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: ``path`` as it was on the wire, ``headers`` with names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    base_url: str


class Api:
    """Answers requests from a world; moments are seconds since 1970, given by the caller."""

    def __init__(self, world: World, bucket: Bucket) -> None:
        """``bucket`` is that of every environment that has none of its own, and of unknown keys."""
        self.world = world
        self.bucket = bucket
        self.limiter = Limiter()
        self.store = ObjectStore(world.objects)
        self._first_sights: dict[str, float] = {}

    def forget(self) -> None:
        """Fill the buckets, forget the first sights of living runs and the downloads."""
        self.limiter.clear()
        self._first_sights.clear()
        self.store.downloads.clear()

    def sight(self, run_id: str, now: float) -> float:
        """When the run was first asked for; from that moment living runs live."""
        return self._first_sights.setdefault(run_id, now)

    def answer(self, ask: Ask, now: float) -> Answer:
        """The answer to any request, complete with headers."""
        if ask.path.startswith(PREFIX):
            path = _decoded(ask.path.removeprefix(PREFIX))
            if path is None:
                return answers.bad_request_page()
            return self.store.answer(path, ask.query, ask.headers, now)
        return self._answer(ask, now).adding(EVERYWHERE)

    def _answer(self, ask: Ask, now: float) -> Answer:
        if len(ask.path) > 1 and ask.path.endswith("/"):
            where = ask.path.rstrip("/") + (f"?{ask.query}" if ask.query else "")
            headers = {"Location": where}
            return Answer(301, headers=headers, streamed=False, vary=("Accept",))
        if not ask.path.startswith("/api") or UNCOUNTED.match(ask.path) or ask.method == "OPTIONS":
            return self._route(ask, now)
        authorization = ask.headers.get("authorization", "")
        if not authorization:
            return answers.unauthorized_problem()
        verdict = self._count(authorization, now)
        if not verdict.allowed:
            return too_many(verdict, now).adding(verdict.headers)
        return self._route(ask, now).adding(verdict.headers)

    def _count(self, authorization: str, now: float) -> Verdict:
        key = bare_key(authorization)
        owners = self.world.with_key(key)
        if owners:
            return self.limiter.take(owners[0].name, owners[0].bucket or self.bucket, now)
        who = hashlib.sha256(authorization.encode()).hexdigest()
        if is_valid_token(self.world, key, now):
            return self.limiter.take_of_window(who, now)
        return self.limiter.take(who, self.bucket, now)

    def _route(self, ask: Ask, now: float) -> Answer:
        if _decoded(ask.path) is None:
            return answers.bad_request_page()
        if found := RESULT.match(ask.path):
            return self._result(ask, str(_decoded(found[1])), now)
        if found := RETRIEVE.match(ask.path):
            return self._across_origins(ask, self._retrieve(ask, str(_decoded(found[1])), now))
        if found := PACKET.match(ask.path):
            return self._across_origins(ask, self._packet(ask, str(_decoded(found[1])), now))
        return answers.no_such_page()

    def _result(self, ask: Ask, run_id: str, now: float) -> Answer:
        if ask.method not in READING and ask.method != "OPTIONS":
            return _not_allowed()
        authorization = ask.headers.get("authorization", "")
        branch = ask.headers.get("x-trigger-branch")
        environment = open_strictly(self.world, authorization, branch)
        if environment is None:
            return as_json(401, {"error": "Invalid or Missing API Key"})
        # The real database refuses a NUL in a text.
        if "\0" in run_id:
            return as_json(500, {"error": "Something went wrong, please try again."})
        return result_answer(self._run(Grant(environment), run_id, now))

    def _retrieve(self, ask: Ask, run_id: str, now: float) -> Answer:
        if ask.method == "OPTIONS":
            return _preflight(ask)
        if ask.method not in READING:
            return _not_allowed()
        grant = self._open(ask, now)
        if isinstance(grant, Refusal):
            return as_json(401, {"error": grant.text})
        if "\0" in run_id:
            return as_json(500, {"error": "Internal Server Error"})
        run = self._run(grant, run_id, now)
        if run is not None and not grant.covers(run):
            return _forbidden()
        return retrieve_answer(
            run,
            new_names=ask.headers.get("x-trigger-api-version") == API_VERSION,
            presign=lambda pointer: self._presigned(ask, grant, pointer, now),
            relative=lambda related: self._run(grant, related, now),
        )

    def _packet(self, ask: Ask, pointer: str, now: float) -> Answer:
        if ask.method == "OPTIONS":
            return _preflight(ask)
        if ask.method not in READING:
            return _not_allowed()
        grant = self._open(ask, now)
        if isinstance(grant, Refusal):
            return as_json(401, {"error": grant.text})
        if not is_safe_pointer(pointer):
            return as_json(400, {"error": "Invalid packet storage path"})
        return as_json(200, {"presignedUrl": self._presigned(ask, grant, pointer, now)})

    def _open(self, ask: Ask, now: float) -> Grant | Refusal:
        branch = ask.headers.get("x-trigger-branch")
        return open_widely(self.world, ask.headers.get("authorization", ""), branch, now)

    def _run(self, grant: Grant, run_id: str, now: float) -> Run | None:
        return self.world.run(grant.environment, run_id, self.sight(run_id, now), now)

    def _presigned(self, ask: Ask, grant: Grant, pointer: str, now: float) -> str:
        return self.store.presign(ask.base_url, store_path(grant.environment, pointer), now)

    def _across_origins(self, ask: Ask, answer: Answer) -> Answer:
        """Other origins may read what the newer routes answer, but not their errors of routing."""
        if answer.status == 405 or ask.method == "OPTIONS":
            return answer
        headers = {"access-control-expose-headers": "x-trigger-jwt,x-trigger-jwt-claims"}
        origin = ask.headers.get("origin")
        if origin is not None:
            headers["access-control-allow-origin"] = origin
            answer = replace(answer, vary=("Origin", *answer.vary))
        return answer.adding(headers)


def _preflight(ask: Ask) -> Answer:
    headers = {
        "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
        "access-control-allow-origin": ask.headers.get("origin", "*"),
        "access-control-max-age": "300",
    }
    wanted = ask.headers.get("access-control-request-headers")
    if wanted:
        headers["access-control-allow-headers"] = wanted
    vary = ("Origin", "Access-Control-Request-Headers", "Accept-Encoding")
    return replace(as_json(200, {}, headers), vary=vary)


def _not_allowed() -> Answer:
    return as_json(405, {"message": "Unexpected Server Error"}, {"x-remix-error": "yes"})


def _forbidden() -> Answer:
    body = {
        "error": "Unauthorized",
        "code": "unauthorized",
        "param": "access_token",
        "type": "authorization",
    }
    return as_json(403, body)


def _decoded(text: str) -> str | None:
    """Percent escapes resolved; None when one is broken or the bytes are not UTF-8."""
    if BROKEN_ESCAPE.search(text):
        return None
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        return None
