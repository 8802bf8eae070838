"""Who a request comes from: root keys, additional keys, branches, public tokens; it must not know runs' answers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from results.sandbox.world import Environment, Run, World

FULL_ACCESS = "*"
ISSUER = "https://id.trigger.dev"
AUDIENCE = "https://api.trigger.dev"
REF_PREFIX = re.compile(r"refs/(?:heads|remotes|tags|pull|merge|release)/")


@dataclass(frozen=True, slots=True)
class Grant:
    """The environment that a request may read, and with which scopes; None means all of it."""

    environment: Environment
    scopes: tuple[str, ...] | None = None

    def covers(self, run: Run) -> bool:
        """Whether the scopes allow to read this run."""
        if self.scopes is None or FULL_ACCESS in self.scopes:
            return True
        wanted = {"read:all", "read:runs", f"read:runs:{run.id}", f"read:tasks:{run.task}"}
        wanted.update(f"read:tags:{tag}" for tag in run.tags)
        if run.batch_id is not None:
            wanted.add(f"read:batch:{run.batch_id}")
        return not wanted.isdisjoint(self.scopes)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a key opens nothing, in the server's words."""

    text: str


def bare_key(authorization: str) -> str:
    """The key of a header value: the exact prefix ``Bearer `` is removed, and nothing else."""
    return authorization.removeprefix("Bearer ")


def open_strictly(world: World, authorization: str, branch: str | None) -> Environment | None:
    """The environment that /result accepts: a root key, or an additional key with full access."""
    key = bare_key(authorization)
    candidates = world.with_key(key)
    found = _on_branch(candidates, branch)
    if isinstance(found, Refusal):
        return None
    if key != found.key and FULL_ACCESS not in found.scoped_keys[key]:
        return None
    return found


def open_widely(
    world: World, authorization: str, branch: str | None, now: float
) -> Grant | Refusal:
    """What the newer routes accept: also additional keys and public tokens, with their scopes."""
    key = bare_key(authorization).strip()
    if not key:
        return Refusal("Invalid or Missing API key")
    claims = public_claims(key)
    if claims is not None:
        environment = world.with_id(str(claims.get("sub")))
        if environment is None:
            return Refusal("Invalid Public Access Token")
        if not _is_valid(key, claims, environment, now):
            return Refusal("Public Access Token is invalid")
        scopes = claims.get("scopes")
        return Grant(environment, tuple(map(str, scopes)) if isinstance(scopes, list) else ())
    candidates = world.with_key(key)
    if not candidates:
        return Refusal("Invalid API key")
    found = _on_branch(candidates, branch)
    if isinstance(found, Refusal):
        return found
    return Grant(found, None if key == found.key else found.scoped_keys[key])


def _on_branch(candidates: list[Environment], branch: str | None) -> Environment | Refusal:
    """The environment of a key on the branch that the request names."""
    if not candidates:
        return Refusal("Invalid API key")
    slug = candidates[0].slug
    name = _branch_name(branch)
    if slug in {"prod", "stg"}:
        return candidates[0]
    if slug == "preview" and name is None:
        return Refusal("x-trigger-branch header required for preview env")
    wanted = None if slug == "dev" and name == "default" else name
    found = next((known for known in candidates if known.branch == wanted), None)
    return found or Refusal("No matching branch env")


def _branch_name(header: str | None) -> str | None:
    name = REF_PREFIX.sub("", (header or "").strip(), count=1)
    return None if not name or name.startswith("refs/") else name


def public_claims(key: str) -> dict[str, object] | None:
    """The claims of a public token, unverified; None when the text does not look like one."""
    parts = key.split(".")
    if len(parts) != 3:
        return None
    try:
        claims: object = json.loads(_unpadded(parts[1]))
    except (ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) and claims.get("pub") is True else None


def is_valid_token(world: World, key: str, now: float) -> bool:
    """Whether the text is a public token that its environment's key signed and that still lives."""
    claims = public_claims(key)
    environment = None if claims is None else world.with_id(str(claims.get("sub")))
    if claims is None or environment is None:
        return False
    return _is_valid(key, claims, environment, now)


def public_token(
    environment: Environment, scopes: Iterable[str], *, expires: float, key: str | None = None
) -> str:
    """A public token as the official library signs it; ``expires`` in seconds since 1970.

    ``key`` signs instead of the environment's own key, to make a token that is refused.
    """
    claims = {
        "sub": environment.id,
        "pub": True,
        "scopes": list(scopes),
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int(expires),
    }
    unsigned = f"{_encoded({'alg': 'HS256'})}.{_encoded(claims)}"
    return f"{unsigned}.{_signature(unsigned, key or environment.key)}"


def _is_valid(key: str, claims: Mapping[str, object], environment: Environment, now: float) -> bool:
    unsigned, _, signature = key.rpartition(".")
    expires = claims.get("exp")
    return (
        hmac.compare_digest(signature, _signature(unsigned, environment.key))
        and isinstance(expires, int | float)
        and expires > now
        and claims.get("iss") == ISSUER
        and claims.get("aud") == AUDIENCE
    )


def _encoded(value: object) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signature(unsigned: str, key: str) -> str:
    digest = hmac.new(key.encode(), unsigned.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
