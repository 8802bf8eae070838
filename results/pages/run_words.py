"""What to say of a run that is not known to have ended, and what to do next; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence

from results.domain.status import State, pending_advice, pending_words
from results.models import Role, Sighting
from results.services.candidates import NOT_ASKED


def words(sighting: Sighting, state: State, *, has_keys: bool, role: Role) -> tuple[str, str, str]:
    """Label, sentence and advice for a run that is not known to have ended."""
    may_add = role.covers(Role.MEMBER)
    if not has_keys:
        advice = (
            "Add the key of the project that the run belongs to."
            if may_add
            else "Ask an owner or member of the team to add one."
        )
        return "No key yet", "The team has no project key, so nobody could be asked.", advice
    if not sighting.state:
        return "Looking", "Trigger.dev has been asked and has not answered yet.", ""
    if state is State.PENDING:
        label, sentence = pending_words(sighting.status)
        return label, sentence, pending_advice(sighting.status)
    return state.label, state.sentence, _ADVICE.get(state, "")


def asked_words(said: Sequence[str]) -> str:
    """How many keys were asked, over the list of what is said of each."""
    asked = sum(not reason.startswith(NOT_ASKED) for reason in said)
    if not asked:
        return "Why no key was asked"
    words = f"{asked}" if asked == len(said) else f"{asked} of {len(said)}"
    return f"{words} key{'' if len(said) == 1 else 's'} asked"


def trouble_words(sighting: Sighting) -> str:
    """A sentence on why the latest question got no answer, for as long as it matters."""
    trouble = sighting.trouble.rstrip(". ")
    if trouble in ("", "locked"):
        return ""
    older = " What is shown is older." if sighting.state else ""
    not_asked = trouble.removeprefix(NOT_ASKED)
    if not_asked != trouble:
        return f"Nobody was asked just now: {not_asked}.{older}"
    return f"The latest check got no answer: the API {trouble}.{older}"


_ADVICE = {
    State.UNKNOWN: (
        "It may be seconds old, belong to a project or environment without a key here, or the id "
        "may be cut or misspelt: upper and lower case matter."
    ),
    State.KEY_REFUSED: (
        "Nothing is wrong with the run id. Replace the key on the keys page: it may have been "
        "rotated, revoked, or belong to a preview branch that is gone."
    ),
    State.RATE_LIMITED: (
        "Trigger.dev limits the requests of an environment, which your own code shares, and this "
        "instance stays below that limit by itself. Nothing is wrong with the run; it is asked "
        "about again when the pause is over."
    ),
    State.UNREACHABLE: (
        "That is on the network's or Trigger.dev's side, not yours, and says nothing about the "
        "run. It is asked again by itself."
    ),
    State.UNREADABLE: (
        "Either Trigger.dev cannot read what this very run stored, or the key's API address points "
        "at something else; what each key was answered is below. It is asked again by itself."
    ),
}
