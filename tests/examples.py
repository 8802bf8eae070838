"""How many examples Hypothesis makes up: few for whoever waits, many for `make test`.

How long one example takes says more about the machine than about the code, so nothing bounds it.
"""

from __future__ import annotations

import os

import hypothesis

hypothesis.settings.register_profile("quick", deadline=None, max_examples=8)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=60)


def choose() -> None:
    """Take the profile that the environment names; before the first test is read."""
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def more(times: float) -> hypothesis.settings:
    """As many times the examples of the profile, for what few of them would hardly meet."""
    return hypothesis.settings(max_examples=int(hypothesis.settings().max_examples * times))
