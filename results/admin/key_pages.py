"""How a form of either site stores and forgets a project key: through the services, which ask the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from results.admin.site import operator
from results.models import ProjectKey
from results.services import keys


class KeyPages:
    """What the key pages of operators and of owners do alike; the page itself is the other base."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Without Django's transaction around it: none may stay open while the API is asked."""
        return self._changeform_view(  # type: ignore[attr-defined]  # of the other base
            request, object_id, form_url, extra_context
        )

    def save_model(self, request: HttpRequest, obj: ProjectKey, form: Any, change: bool) -> None:
        """The form has stored the key through the service, or refused."""

    def delete_model(self, request: HttpRequest, obj: ProjectKey) -> None:
        """Forget the key as its team would; the results that it found stay."""
        keys.forget(row=obj, by=operator(request), now=timezone.now())
