"""The peer's WSGI application, as its own documentation builds it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

_flask, _dashboard = import_module("flask"), import_module("rq_dashboard")

application: Any = _flask.Flask(__name__)
application.config.from_object(import_module("rq_dashboard.default_settings"))
application.config["RQ_DASHBOARD_REDIS_URL"] = os.environ["PEER_REDIS"]
import_module("rq_dashboard.web").setup_rq_connection(application)
application.register_blueprint(_dashboard.blueprint, url_prefix="/rq")
