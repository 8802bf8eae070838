"""Posts a signed message to a team's webhook; it must not know what the message tells.

Signed as Standard Webhooks does: HMAC-SHA256 over id, moment and body, so that a message can be
neither changed nor sent again later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from results.trigger.http import Http

SECRET_PREFIX = "whsec_"  # noqa: S105  how every such secret begins


async def post(
    http: Http,
    url: str,
    *,
    message_id: str,
    body: bytes,
    secret: str,
    now: datetime,
    deadline_s: float,
) -> int:
    """Send the message and return the status of the answer, which is not read; raises a RunProblem."""
    http.rules.check_webhook(url)
    moment = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": signature(message_id, moment, body, secret=secret),
    }
    return await http.post(url, headers=headers, body=body, deadline_s=deadline_s)


def signature(message_id: str, moment: str, body: bytes, *, secret: str) -> str:
    """Return `v1,<base64>` over id, moment (seconds since 1970) and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
