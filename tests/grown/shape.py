"""An instance in the grown shape, and how it is raised; it asserts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from results.sandbox.server import Sandbox
from tests.browser.conftest import PASSWORD, free_port
from tests.browser.stage import Stage, environment_of
from tests.grown.processes import Running, watcher, web_server
from tests.grown.proxy import Proxy

_WEBS = 2


@dataclass
class Grown:
    """The stage, what runs, and the proxy before it."""

    stage: Stage
    webs: list[Running]
    watchers: list[Running]
    proxy: Proxy

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.proxy.url

    @property
    def logs(self) -> list[Path]:
        """What every process printed."""
        return [one.log for one in (*self.webs, *self.watchers)]

    def end(self) -> None:
        """Ask everything to end, and kill what does not."""
        for one in (*self.webs, *self.watchers):
            one.end()


@contextmanager
def raised_grown(
    folder: Path,
    stores: Mapping[str, str],
    sandbox: Sandbox,
    extra: Mapping[str, str] | None = None,
) -> Iterator[Grown]:
    """Start everything, with alice, bob, their team and the sandbox's keys; end it afterwards."""
    port = free_port()
    environment = environment_of(folder, port, sandbox, dict(stores))
    environment |= {"ROUNDS_IN_WEB": "0", "TRUSTED_PROXIES": "1", **(extra or {})}
    # 127.0.0.1 is what asks a server for its health past the proxy.
    environment["ALLOWED_HOSTS"] += ",127.0.0.1"
    stage = Stage(f"http://localhost:{port}", sandbox, environment)
    stage.manage("migrate", "--verbosity", "0")
    stage.manage("collectstatic", "--verbosity", "0", "--no-input")
    stage.told = stage.manage("seeddemo", "--password", PASSWORD)
    webs = [
        web_server(f"web {n}", environment, folder / f"web-{n}.log") for n in range(1, _WEBS + 1)
    ]
    going_round = watcher("watcher", environment, folder / "watcher.log")
    with Proxy(port, [web.port for web in webs]) as proxy:
        grown = Grown(stage, webs, [going_round], proxy)
        stage.workers = lambda: [
            pid for one in (*grown.webs, *grown.watchers) for pid in one.workers()
        ]
        try:
            for one in (*webs, going_round):
                one.launch()
            for one in (*webs, going_round):
                one.wait_until_up()
            yield grown
        finally:
            grown.end()
