"""Which of a team's keys to ask about a run, and in which order; it asks nobody."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from results import vault
from results.domain.circuit import Admission
from results.domain.identity import ApiKey
from results.domain.problems import ASKED_TO_WAIT
from results.domain.status import State
from results.models import ProjectKey, Sighting, Team
from results.services import answers, budgets, circuits, sealing
from results.trigger.pauses import LONGEST

# A question asks both endpoints; about a run that is pending only one.
_CALLS, _CALLS_PENDING = 2, 1
# How soon to look again when somebody else was quicker.
_STEP = timedelta(seconds=2)
NOT_ASKED = "was not asked: "

# From the moment at which a key has calls again, when one run of many gets some of them.
Turn = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask about a run, likeliest first, and what to say of the keys that are left out.

    ``first_alone`` says that the first of them knew the run before; ``left_alone`` are the API
    addresses that not every question may ask now.
    """

    candidates: tuple[answers.Candidate, ...]
    not_asked: tuple[answers.KeySaid, ...]
    first_alone: bool = False
    left_alone: frozenset[str] = frozenset()


class TeamKeys:
    """A team's keys as they were read once, for all questions that are planned at one moment."""

    def __init__(self, team: Team, *, now: datetime) -> None:
        self.team, self.now = team, now
        self.rows = list(ProjectKey.objects.of(team))
        self._has_open = circuits.any_open(key.api_url for key in self.rows)

    def gates(self, keys: Iterable[ProjectKey], run_id: str) -> dict[str, circuits.Gate]:
        """Return the gates of the keys' addresses that the question about a run may not just pass."""
        if not self._has_open:
            return {}
        return circuits.gates((key.api_url for key in keys), run_id=run_id, now=self.now)

    def turn(self, until: datetime) -> datetime:
        """Return when one run of many is asked about, of those that wait for calls until a moment."""
        return until + budgets.turn(_CALLS, waiting=self._waiting, jitter=random.random)

    @cached_property
    def _waiting(self) -> int:
        return Sighting.objects.resting(self.team, self.now).count()


def plan(
    kept: TeamKeys,
    *,
    run_id: str,
    known: uuid.UUID | None,
    is_pending: bool = False,
    environment_hint: str = "",
) -> Plan:
    """Choose whom to ask, and take their calls from their budgets.

    The key that knew the run before (``known``) comes first, then those of the environment that was
    hinted at, then those that knew a run last. While the known key rests nobody is asked: the others
    would only spend their calls. Raises VaultError when the ring opens nothing of the team.
    """
    keys, now = kept.rows, kept.now
    refused = [
        _said(key, State.KEY_REFUSED, "refused earlier; not asked until tested again")
        for key in keys
        if key.is_refused
    ]
    usable = _likeliest_first([key for key in keys if not key.is_refused], known, environment_hint)
    gates, turn = kept.gates(usable, run_id), kept.turn
    awake, resting = _awake(usable, gates, turn, now)
    if known in {said.key_id for said in resting}:
        return Plan((), (*resting, *refused), left_alone=frozenset(gates))
    opened, closed = _opened(kept.team, awake)
    calls = {key: _CALLS_PENDING if key.pk == known and is_pending else _CALLS for key, _ in opened}
    able, short = _with_calls(calls, turn, now)
    probing, beaten = _with_probes(able, gates, calls, now)
    candidates = tuple(
        answers.Candidate(
            key.pk,
            key.label,
            key.api_url,
            key.branch,
            secret,
            calls=calls[key],
            saw_pending=key.pk == known and is_pending,
            is_probe=key in probing,
        )
        for key, secret in opened
        if key in able
    )
    return Plan(
        candidates,
        (*resting, *short, *beaten, *closed, *refused),
        first_alone=bool(candidates) and candidates[0].key_id == known,
        left_alone=frozenset(gates),
    )


def _likeliest_first(
    keys: Iterable[ProjectKey], known: uuid.UUID | None, environment_hint: str
) -> list[ProjectKey]:
    def unlikely(key: ProjectKey) -> tuple[bool, bool, float, float]:
        knew = key.last_knew_at.timestamp() if key.last_knew_at else 0.0
        used = key.last_used_at.timestamp() if key.last_used_at else 0.0
        return (key.pk != known, key.environment != environment_hint, -knew, -used)

    return sorted(keys, key=unlikely)


def _awake(
    keys: Sequence[ProjectKey], gates: Mapping[str, circuits.Gate], turn: Turn, now: datetime
) -> tuple[list[ProjectKey], list[answers.KeySaid]]:
    """Return the keys that may ask now, one for each address that is probed, and why not the rest."""
    awake: list[ProjectKey] = []
    resting: list[answers.KeySaid] = []
    probed: set[str] = set()
    for key in keys:
        said = _at_rest(key, gates.get(key.api_url), turn, now)
        if said is None and key.api_url in probed:
            said = _tried_by_another(key, gates[key.api_url], now)
        if said is not None:
            resting.append(said)
            continue
        awake.append(key)
        if key.api_url in gates:
            probed.add(key.api_url)
    return awake, resting


def _at_rest(
    key: ProjectKey, gate: circuits.Gate | None, turn: Turn, now: datetime
) -> answers.KeySaid | None:
    # A pause that is longer than any was written under another clock.
    if key.paused_until is not None and now < key.paused_until <= now + LONGEST:
        why = f"{ASKED_TO_WAIT}{key.paused_until:%H:%M:%S} UTC"
        return _said(key, State.RATE_LIMITED, why, key.paused_until)
    if gate is not None and gate.admission is Admission.WAIT:
        return _said(key, State.UNREACHABLE, _not_asked(gate.why, gate.until), gate.until)
    until = budgets.rests_until(key, _CALLS, now=now)
    return None if until is None else _short(key, turn(until))


def _opened(
    team: Team, keys: Sequence[ProjectKey]
) -> tuple[list[tuple[ProjectKey, ApiKey]], list[answers.KeySaid]]:
    """Return the keys opened, and what to say of those that do not open although the vault does."""
    data_key = sealing.data_key(team)
    opened: list[tuple[ProjectKey, ApiKey]] = []
    closed: list[answers.KeySaid] = []
    for key in keys:
        try:
            opened.append((key, sealing.open_secret(key, data_key)))
        except vault.VaultError:
            why = "was not asked: its secret cannot be opened; paste the key again"
            closed.append(_said(key, State.UNREADABLE, why))
    return opened, closed


def _with_calls(
    calls: Mapping[ProjectKey, int], turn: Turn, now: datetime
) -> tuple[set[ProjectKey], list[answers.KeySaid]]:
    """Take each key's calls from its budget; a key that somebody else emptied is left out."""
    able = budgets.take(calls, now=now)
    return able, [_short(key, turn(now + _STEP)) for key in calls if key not in able]


def _with_probes(
    able: set[ProjectKey],
    gates: Mapping[str, circuits.Gate],
    calls: Mapping[ProjectKey, int],
    now: datetime,
) -> tuple[set[ProjectKey], list[answers.KeySaid]]:
    """Take the probes of addresses; a key whose probe somebody else took gives its calls back."""
    probing: set[ProjectKey] = set()
    beaten: list[answers.KeySaid] = []
    for key in [key for key in able if key.api_url in gates]:
        gate = gates[key.api_url]
        if circuits.take_probe(gate, now=now):
            probing.add(key)
            continue
        able.discard(key)
        budgets.settle([answers.Calls(key.pk, calls[key], 0)], now=now)
        beaten.append(_tried_by_another(key, gate, now))
    return probing, beaten


def _short(key: ProjectKey, until: datetime) -> answers.KeySaid:
    return _said(key, State.RATE_LIMITED, _not_asked(budgets.limit_words(), until), until)


def _tried_by_another(key: ProjectKey, gate: circuits.Gate, now: datetime) -> answers.KeySaid:
    until = now + _STEP
    return _said(key, State.UNREACHABLE, _not_asked(gate.why, until), until)


def _not_asked(why: str, until: datetime | None) -> str:
    return f"{NOT_ASKED}{why}; asked again at {until:%H:%M:%S} UTC"


def _said(
    key: ProjectKey, state: State, why: str, until: datetime | None = None
) -> answers.KeySaid:
    return answers.KeySaid(key.pk, key.label, state, why, until)
