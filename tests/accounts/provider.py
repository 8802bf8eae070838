"""A stand-in of an OpenID Connect provider on loopback, and whom it vouches for; it checks little."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT_SECRET = "CANARYCLIENTSECRET"


@dataclass
class Provider:
    """Where it is, whom it vouches for next, and what it was sent."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, list[str]]] = field(default_factory=list)
    is_broken: bool = False


@contextmanager
def provider() -> Iterator[Provider]:
    """A running one."""
    told = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("/.well-known/openid-configuration"):
                ends = ("authorization", "token", "userinfo")
                document = {f"{name}_endpoint": f"{told.url}/{name}" for name in ends}
                methods = ["client_secret_post"]
                self._answer(
                    {
                        **document,
                        "issuer": told.url,
                        "jwks_uri": f"{told.url}/keys",
                        "token_endpoint_auth_methods_supported": methods,
                    }
                )
            else:
                self._answer(told.person)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            told.sent.append(parse_qs(self.rfile.read(length).decode()))
            self._answer({"access_token": "CANARYACCESS", "token_type": "Bearer"})

        def _answer(self, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(500 if told.is_broken else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
