"""`manage.py watch`: the rounds of a web process without one; any number may run side by side."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.rounds import Rounds
from results.services import measuring, schema

FINISH_S = 20.0


class Command(BaseCommand):
    """Go round until SIGTERM or SIGINT, finish what is in flight, give the claims back."""

    help = "Ask about pending runs and send webhook deliveries, without serving pages."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go round in this thread; a second signal ends at once."""
        found = schema.read()
        if found.too_new:
            raise CommandError(f"{found.too_new}.")
        if found.pending:
            raise CommandError("the database is not migrated yet: start the web server first.")
        measuring.forget_the_dead()
        rounds = Rounds()

        def stop(number: int, *_: Any) -> None:
            signal.signal(number, signal.SIG_DFL)
            rounds.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self._say("Going round. SIGTERM or Ctrl-C ends it.")
        rounds.run()
        settled = rounds.settle(timeout_s=FINISH_S)
        self._say("Ended; nothing is in flight." if settled else "Ended; others go on with it.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
