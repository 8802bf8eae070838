"""What Django's reports of a bug may hold: code and lines, never a value; it knows no page."""

from __future__ import annotations

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from dashboard.log_lines import without_secrets


class NoValuesFilter(SafeExceptionReporterFilter):
    """Leaves every variable and posted value out, with DEBUG on too.

    Frames of the vault, of forms and of the HTTP client hold keys and outputs under any name, and
    a list of the names to hide would miss the next one.
    """

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|DATABASE|CACHE|LOCATION|QUERY_STRING"
        "|REFERER|REQUEST_URI|CURRENT_URL",
        flags=re.IGNORECASE,
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        """A development instance may hold real keys too."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The names of what was posted."""
        posted = request.POST if request is not None else QueryDict()
        return dict.fromkeys(posted, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        """None of them."""
        return {}.items()


class NoValuesReporter(ExceptionReporter):
    """Leaves out what stands in the address too: somebody may have pasted a key there."""

    def get_traceback_data(self) -> dict[str, Any]:
        """The data of the report, without the query and the cookies."""
        data = super().get_traceback_data()
        if self.request is not None:
            data["request_insecure_uri"] = self.request.path
        data["request_GET_items"] = data["request_COOKIES_items"] = []
        return data

    def get_traceback_html(self) -> str:  # type: ignore[override]
        """The report as a page, without keys and tokens."""
        return without_secrets(super().get_traceback_html())

    def get_traceback_text(self) -> str:  # type: ignore[override]
        """The report as a mail, without keys and tokens."""
        return without_secrets(super().get_traceback_text())
