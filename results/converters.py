"""Typed values out of addresses, so that no view sees a malformed one; it looks nothing up."""

from __future__ import annotations

from results.domain.identity import RunId


class RunIdConverter:
    """A run id in an address; what is not spelt like one is no address of ours."""

    regex = "run_[0-9A-Za-z]{1,64}"

    def to_python(self, value: str) -> RunId:
        """Return the id."""
        return RunId.parse(value)

    def to_url(self, value: str) -> str:
        """Return the text."""
        return str(value)
