"""`python -m dashboard.probe live|ready`: asks the server of this container how it is; it knows no Django.

Status 0 when it answers 200. The request names the site's host, because no other is served.
"""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(which: str = "live") -> int:
    """Ask once."""
    port = int(os.environ.get("PORT", "8000"))
    site = urlsplit(os.environ.get("SITE_URL", f"http://localhost:{port}"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", f"/health/{which}", headers={"Host": site.netloc})
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
