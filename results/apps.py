"""The Django application `results`; it names itself, loads its checks, and starts with no broken ring."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Runs, results, keys and teams."""

    name = "results"
    verbose_name = "Runlens"

    def ready(self) -> None:
        """Register the checks and listen to sign-ins; end the start when the ring cannot be read."""
        from results import checks  # noqa: PLC0415  it needs the settings
        from results.services import sign_ins, slow_queries  # noqa: PLC0415  models are not ready before

        problem = checks.ring_problem()
        if problem:
            raise SystemExit(f"runlens: {problem}.")
        sign_ins.listen()
        slow_queries.listen()
