"""Run ids and API keys: how they are spelt and found in pasted text; it must not know who owns them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Never

from results.domain import personal_token

_RUN_ID = re.compile(r"run_[0-9A-Za-z]{1,64}")
# What addresses, JSON and logs write for a sign, and ends in a letter or digit: %2F, %252F, \n, \u0022.
_AFTER_ESCAPE = (
    r"(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2})|(?<=\\[nrt])"
    r"|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})"
)
# A word begins after anything but a letter or digit.
_BEGINNING = rf"(?:(?<![0-9A-Za-z])|{_AFTER_ESCAPE})"
_RUN_ID_IN_TEXT = re.compile(_BEGINNING + r"run_[0-9A-Za-z]{1,64}(?![0-9A-Za-z])")
# `run_id`, `run_status`: ids are longer, and those of examples have digits.
_NAME, _ID_NAMES, _SHORTEST = re.compile(r"run_[A-Za-z]{1,20}"), ("run_id", "run_ids"), 25
# An id as lists and chats print it, its middle or end left out. A whole one before three dots is longer.
_SHORTENED = re.compile(
    _BEGINNING + r"(run_[0-9A-Za-z]{1,20})(?:\.\.|…)[.…]*+(?!run_)([0-9A-Za-z]*)"
)
_KEY = re.compile(r"tr_(dev|stg|prod|preview)_(sk_)?[0-9A-Za-z]{8,64}")
_KEY_IN_TEXT = re.compile(_BEGINNING + r"(?:tr|pk)_[a-z]+_[0-9A-Za-z_]{8,}")
# Never begun inside a word, or a long one would be read again from each of its letters.
_TOKEN_IN_TEXT = re.compile(rf"(?:(?<![\w-])|{_AFTER_ESCAPE})eyJ[\w-]{{8,}}\.[\w-]{{8,}}\.[\w-]*")

# Terminals' colours, as they are and as programs write them down; each ends in a letter, as ids begin.
_COLOURS = re.compile(r"(?:\x1b|\\(?:u001[bB]|x1[bB]|033|e))\[[0-9;:?]{0,32}[A-Za-z]")
# Where the beginning of ids was searched for, it has another colour than the rest.
_COLOURS_IN_ID = re.compile(rf"(?<=run_)(?:{_COLOURS.pattern})+")
# What chats and pages put into long words to break or to turn them; never seen, and part of no id.
_UNSEEN = r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
_UNSEEN_IN_WORD, _UNSEEN_BEFORE_ID = re.compile(_UNSEEN + "(?!run_)"), re.compile(_UNSEEN)
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\`]+")
_ENVIRONMENT_IN_ADDRESS = re.compile(r"/env/(dev|stg|prod|preview)\b")

# What people paste by mistake, and what it is (prefixes of Trigger.dev's own ids).
_LOOK_ALIKES = {
    "batch_": "a batch id",
    "attempt_": "an attempt id",
    "waitpoint_": "a waitpoint id",
    "sched_": "a schedule id",
    "session_": "a session id",
    "error_": "an error id",
    "queue_": "a queue id",
    "proj_": "a project reference",
    "worker_": "a worker id",
    "env_": "an environment id",
}


class Environment(enum.StrEnum):
    """A Trigger.dev environment, as the prefix of a key names it."""

    DEV = "dev"
    STAGING = "stg"
    PROD = "prod"
    PREVIEW = "preview"

    @property
    def label(self) -> str:
        """The word that people use for it."""
        return {"dev": "development", "stg": "staging", "prod": "production"}.get(self, self.value)


class NotARunIdError(ValueError):
    """The text is not spelt like a run id."""


class NotAnApiKeyError(ValueError):
    """The text is not a project API key; the message says why and never repeats the text."""


class RunId(str):
    """A run id such as `run_c3nrqvmulj2qvy1m73do4oi3n`; its case matters to the API."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> RunId:
        """Return the id, or raise NotARunIdError; the API itself checks no more than this."""
        if not _RUN_ID.fullmatch(text):
            raise NotARunIdError
        return cls(text)


class Secret:
    """Text that cannot print, format or pickle itself; only `reveal()` gives it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; call it where it leaves for the wire or the vault, nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}(••••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> Never:
        raise TypeError("a secret is never pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class ApiKey(Secret):
    """A project's secret API key; its prefix names the environment."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> ApiKey:
        """Return the key, or raise NotAnApiKeyError with a sentence for the person who pasted it."""
        stripped = text.strip()
        if _KEY.fullmatch(stripped):
            return cls(stripped)
        if stripped.startswith(("pk_", "eyJ")):
            raise NotAnApiKeyError(
                "That is a public key or token. Results need the project's secret key, tr_…"
            )
        if re.match(r"tr_(pat|oat|uat)_", stripped):
            raise NotAnApiKeyError(
                "That is a personal or organisation token. Results need a project's secret key, "
                "such as tr_dev_… or tr_prod_…"
            )
        raise NotAnApiKeyError(
            "That is not spelt like a secret key: tr_dev_…, tr_stg_…, tr_prod_… or tr_preview_…"
        )

    @property
    def environment(self) -> Environment:
        """The environment that the prefix names."""
        return Environment(self.reveal().split("_")[1])

    @property
    def prefix(self) -> str:
        """What may be shown of its beginning: `tr_prod_` or `tr_prod_sk_`."""
        return self.reveal().rpartition("_")[0] + "_"

    @property
    def last_four(self) -> str:
        """What may be shown of its end."""
        return self.reveal()[-4:]


@dataclass(frozen=True, slots=True)
class PastedText:
    """What was found in pasted text: run ids in order, or one sentence about what it is instead.

    ``holds_secret`` says that a key or token stood in it, so that it must not be shown again;
    ``holds_key`` that it was a key that can do more than read, which its owner should be told.
    ``shortened`` are ids of which a part was left out, and which stand in no other form beside it.
    """

    run_ids: tuple[RunId, ...]
    hint: str | None = None
    holds_secret: bool = False
    holds_key: bool = False
    environment_hint: str = ""
    shortened: tuple[str, ...] = ()

    @property
    def shortened_hint(self) -> str:
        """One sentence about the ids that were shortened; empty when there are none."""
        if not self.shortened:
            return ""
        first, others = self.shortened[0], len(self.shortened) - 1
        if others:
            return (
                f"{first} and {others} more look shortened and were not looked up. Copy whole ids."
            )
        return f"{first} looks shortened and was not looked up. Copy the whole id."


def read_pasted(text: str) -> PastedText:
    """Find run ids in anything pasted: an id, addresses, a log line, JSON, a command; never raises.

    Ids are kept in their own case and order, each once. Keys and tokens are cut out before anything
    is looked for: a command for the API holds both, and so does what a trigger call returns.
    """
    plain = _plain(text)
    keys = _KEY_IN_TEXT.findall(plain)
    without_ours = personal_token.IN_TEXT.sub(" ", plain)
    bare = _TOKEN_IN_TEXT.sub(" ", _KEY_IN_TEXT.sub(" ", without_ours))
    holds_secret = bare != plain
    cut = _SHORTENED.sub(" ", bare)
    words = dict.fromkeys(_RUN_ID_IN_TEXT.findall(_ADDRESS.sub(_path_of, cut)))
    found = tuple(map(RunId, _without_names(words, plain.strip())))
    shortened = _shortened_in(bare, found) if cut != bare else ()
    if found:
        return PastedText(
            found,
            holds_secret=holds_secret,
            holds_key=bool(keys),
            environment_hint=_environment_of(bare, keys),
            shortened=shortened,
        )
    if holds_secret and bare == without_ours:
        hint = (
            "That is a personal token of Runlens, not a run id. It was not stored, logged or sent "
            "anywhere; scripts send it in a header."
        )
        return PastedText((), hint, holds_secret=True)
    if holds_secret:
        hint = (
            "That looks like an API key, not a run id. It was not stored, logged or sent anywhere. "
            "Keys belong on the team's keys page."
        )
        return PastedText((), hint, holds_secret=True, holds_key=bool(keys))
    if shortened:
        pasted = PastedText((), shortened=shortened)
        return replace(pasted, hint=pasted.shortened_hint)
    return PastedText((), _why_nothing_was_found(plain))


def _plain(text: str) -> str:
    """The text as people see it: without colours, unseen signs, and backslashes of Markdown."""
    bare = _COLOURS.sub(" ", _COLOURS_IN_ID.sub("", text)).replace("\\_", "_")
    return _UNSEEN_BEFORE_ID.sub(" ", _UNSEEN_IN_WORD.sub("", bare))


def _without_names(words: Iterable[str], text: str) -> list[str]:
    """The words that are ids and not what a log, a table or JSON calls them; all that is a text is one."""
    whole = [word for word in words if len(word) >= _SHORTEST]
    return [
        word
        for word in words
        if word == text or not (word in _ID_NAMES or (whole and _NAME.fullmatch(word)))
    ]


def _shortened_in(text: str, found: tuple[RunId, ...]) -> tuple[str, ...]:
    """The shortened ids of a text, each once, those left out that stand there whole as well."""
    ends = {one.groups(): one.group() for one in _SHORTENED.finditer(text)}
    return tuple(
        shown
        for (head, tail), shown in ends.items()
        if not any(run_id.startswith(head) and run_id.endswith(tail) for run_id in found)
    )


def _path_of(address: re.Match[str]) -> str:
    """An address without what follows its path, if that names the run: `?linkedRunId=` is another one."""
    whole = address.group()
    path = re.split(r"[?#]", whole, maxsplit=1)[0]
    return path if _without_names(_RUN_ID_IN_TEXT.findall(path), "") else whole


def _environment_of(text: str, keys: list[str]) -> str:
    """The one environment that addresses, or else keys, in the text name; nothing when they differ."""
    named = set(_ENVIRONMENT_IN_ADDRESS.findall(text)) or {key.split("_")[1] for key in keys}
    return named.pop() if len(named) == 1 and named <= set(Environment) else ""


def _why_nothing_was_found(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        return "Paste a run id: it starts with run_ and comes back when you trigger a task."
    for prefix, what in _LOOK_ALIKES.items():
        if re.search(rf"(?<![0-9A-Za-z]){prefix}\w", stripped):
            return f"That is {what}. A run id starts with run_; you find it on the run's own page."
    if any(name in stripped for name in _ID_NAMES):
        return "run_id is the name of a field; there is no id beside it."
    if re.search(r"run_[0-9A-Za-z]{65,}", stripped):
        return "That starts like a run id but is far too long to be one."
    if re.search(r"(?<![0-9A-Za-z])run_", stripped, re.IGNORECASE):
        return "That starts like a run id but is not one: after run_ come letters and digits."
    if "trigger.dev" in stripped or "/runs" in stripped:
        return "There is no run id in that address. Open the run itself and copy its address or id."
    return "There is no run id in that. A run id starts with run_ followed by letters and digits."
