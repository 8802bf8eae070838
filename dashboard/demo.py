"""`make demo`: the product and the sandbox API side by side on loopback; no rule of the product.

Everything it makes is under var/demo/ and stays for the next start.
"""

from __future__ import annotations

import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from dashboard import local_secrets

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def main() -> int:
    """Prepare, start both servers, say what to do, and wait for Ctrl-C."""
    folder = Path(os.environ.get("DEMO_DIR", ROOT / "var" / "demo"))
    port, sandbox_port = _port("PORT", 8000), _port("SANDBOX_PORT", 8001)
    if port == sandbox_port:
        print("runlens: PORT and SANDBOX_PORT must differ.")
        return 1
    _set_environment(folder, port, sandbox_port)
    for taken in (port, sandbox_port):
        if _answers(taken):
            print(f"Port {taken} is taken. Choose others: PORT=8010 SANDBOX_PORT=8011 make demo")
            return 1
    # A shell that starts this in the background has it ignore Ctrl-C; whoever sends that means it.
    for asked_to_end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked_to_end, _stop)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        servers.append(_start("manage.py", "sandbox", "--port", str(sandbox_port)))
        _prepare()
        _wait_for(sandbox_port, servers[0])
        told = _seed(_password(folder))
        servers.append(_serve(port))
        _wait_for(port, servers[1])
        print(
            f"\n  Runlens is at  http://localhost:{port}\n\n{told}\n  Ctrl-C ends it.\n", flush=True
        )
        while all(server.poll() is None for server in servers):
            time.sleep(0.5)
        print("One of the two servers has ended, so the demo ends.")
    except KeyboardInterrupt:
        print("\nThe demo ends; what it stored stays in", folder)
        return 0
    finally:
        _end(servers)
    return 1


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


def _set_environment(folder: Path, port: int, sandbox_port: int) -> None:
    """Settings of the demo's own: what the shell has set is meant for another instance."""
    site, api = f"http://localhost:{port}", f"{HOST}:{sandbox_port}"
    for name in ("SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "CACHE_URL", "METRICS_TOKEN"):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    own_file = f"sqlite:///{folder.resolve()}/runlens.sqlite3"
    os.environ.update(local_secrets.make(folder))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="dashboard.settings",
        DATABASE_URL=os.environ.get("DEMO_DATABASE_URL", own_file),
        CACHE_URL=os.environ.get("DEMO_CACHE_URL", "locmem://"),
        DEBUG="0",
        TRUST_PROXY_PROTO="0",
        SITE_URL=site,
        ALLOWED_HOSTS=f"localhost,{HOST}",
        TRIGGER_API_URL=f"http://{api}",
        TRIGGER_ALLOWED_HOSTS=api,
        TRIGGER_STORE_HOSTS=api,
        # What the demo prints is meant for people.
        AUDIT_STDOUT="0",
        LOG_LEVEL="WARNING",
    )


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        print(f"runlens: {name} must be a port number, from 1 to 65535.")
        raise SystemExit(1)
    return int(text)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        if _answers(port):
            return
        time.sleep(0.1)
    raise SystemExit(f"runlens: the server on port {port} did not start.")


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches only this process, which then ends the others in order.
    return subprocess.Popen(  # noqa: S603  our own interpreter and our own arguments
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _serve(port: int) -> subprocess.Popen[bytes]:
    return _start("-m", "dashboard.server", HOST, str(port), "2", "0")


def _end(servers: list[subprocess.Popen[bytes]]) -> None:
    """End them with everything that they started; a second Ctrl-C must not leave anything behind."""
    for asked_to_end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked_to_end, signal.SIG_IGN)
    for server in reversed(servers):
        server.terminate()
    for server in servers:
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=10)
        # Each leads a group of its own; workers that have not followed it are in there.
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _prepare() -> None:
    import django  # noqa: PLC0415  settings are read from the environment made above
    from django.core.management import call_command  # noqa: PLC0415  the same

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def _seed(password: str) -> str:
    """Make the people, the team and the keys; return what to tell about them."""
    from django.core.management import call_command  # noqa: PLC0415  needs the setup above

    told = io.StringIO()
    call_command("seeddemo", password=password, stdout=told)
    return told.getvalue()


def _password(folder: Path) -> str:
    """The one chosen by DEMO_PASSWORD, else the random one of the first start."""
    chosen = os.environ.get("DEMO_PASSWORD")
    return chosen or local_secrets.write_once(folder / "password", secrets.token_urlsafe(12))


if __name__ == "__main__":
    sys.exit(main())
