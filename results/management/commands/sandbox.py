"""Run the local stand-in for the Trigger.dev API in the foreground; it must not know how that answers."""

from __future__ import annotations

import errno
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from results.sandbox.scenarios import LIMITED_KEY, SANDBOX_KEYS, SCENARIOS, SHOWCASE
from results.sandbox.server import Sandbox
from results.sandbox.world import Bucket

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from results.sandbox.calls import Call

REFILL_INTERVAL_S = 10.0


class Command(BaseCommand):
    """``manage.py sandbox``: serve until SIGINT or SIGTERM."""

    help = "Run a local stand-in for the Trigger.dev API, with sample runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Address, size of the rate limit, and whether to print requests."""
        parser.add_argument("--port", type=int, default=3030)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--rate-limit",
            type=int,
            metavar="N",
            help="answer 429 after N requests of an environment, one back every ten seconds",
        )
        parser.add_argument(
            "--log-requests", action="store_true", help="print one line a request, without secrets"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve; one line says where, with which keys, and what there is to see."""
        limit: int | None = options["rate_limit"]
        sandbox = Sandbox(
            port=options["port"],
            host=options["host"],
            bucket=None if limit is None else Bucket(limit, 1, REFILL_INTERVAL_S),
            on_answer=self._print_call if options["log_requests"] else None,
        )
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        try:
            sandbox.start()
        except OSError as problem:
            raise CommandError(_sentence(problem, options["host"], options["port"])) from problem
        self._introduce(sandbox.url)
        try:
            stopping.wait()
        finally:
            sandbox.stop()

    def _introduce(self, url: str) -> None:
        """Say what an instance needs to ask this API, and what there is to see."""
        host = url.partition("://")[2]
        told = [f"A stand-in for the Trigger.dev API at {url}, with {len(SCENARIOS)} runs.", ""]
        told.append("Start Runlens with these settings:")
        names = ("TRIGGER_ALLOWED_HOSTS", "TRIGGER_STORE_HOSTS")
        told += [f"  TRIGGER_API_URL={url}", *(f"  {name}={host}" for name in names)]
        told += ["", "Keys to add, one for each environment:"]
        told += [f"  {key}" for key in SANDBOX_KEYS.values()]
        told += [f"  {LIMITED_KEY}  soon answered 429", "", "Run ids to look up:"]
        told += [f"  {one.run_id:<32} {one.title}" for one in SHOWCASE]
        told += ["", "Ctrl-C ends it."]
        self.stdout.write("\n".join(told))
        self.stdout.flush()

    def _print_call(self, call: Call, status: int) -> None:
        self.stdout.write(f"{status or 'fault'} {call.method} {call.path} {call.key or '-'}")
        self.stdout.flush()


def _sentence(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use. Choose another with --port."
    reason = os.strerror(problem.errno) if problem.errno else str(problem)
    return f"Cannot listen on {host}:{port}: {reason}."
