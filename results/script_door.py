"""How scripts come in: with a personal token where people have a session. It knows no view and no team's row.

Only addresses that read take a token, and only those whose door says so; everywhere else it is no
more than an unknown header. Scripts are answered in JSON, also when they are refused.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

from results.domain.personal_token import PREFIX
from results.services import paces, personal_tokens
from results.services.entries import TooManyTriesError


def comes_by_token(request: HttpRequest) -> bool:
    """Whether a script asks: by a token of ours or, without a session, by asking for no page.

    A proxy may send a token of its own with every request, also of somebody who is to sign in.
    """
    scheme, token = _credentials(request)
    if scheme == "bearer" and token.startswith(PREFIX):
        return True
    if request.user.is_authenticated:
        return False
    accepted = request.headers.get("Accept", "")
    return "text/html" not in accepted if accepted else "Authorization" in request.headers


def answered(
    request: HttpRequest, slug: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Answer as whoever holds the token, to whom it is one for the team with this slug."""
    scheme, token = _credentials(request)
    if scheme != "bearer" or not token:
        why = f"Send a personal token in a header: Authorization: Bearer {PREFIX}..."
        return _unknown(why, 'Bearer realm="Runlens"')
    try:
        response = _answer_to_holder(request, token, slug, answer)
    except personal_tokens.UnknownTokenError:
        why = "This is no personal token, or it has expired or was revoked."
        return _unknown(why, 'Bearer realm="Runlens", error="invalid_token"')
    except TooManyTriesError as error:
        return _later("Too many unknown tokens came from your network.", error.seconds)
    except paces.TooManyLookupsError:
        return _later("Too many runs were looked up within a minute.", paces.WINDOW_S)
    except PermissionDenied:
        return _refusal(403, "The role of this token's holder is not enough for that.")
    except Http404 as missing:
        return _refusal(404, str(missing) or "There is nothing here for this token.")
    # Where people are led to the page that says why, scripts would read a sign-in form.
    return _refusal(503, "That cannot be opened now.") if _leads_away(response) else response


def _answer_to_holder(
    request: HttpRequest, token: str, slug: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    user = personal_tokens.holder(token=token, slug=slug, now=timezone.now())
    if user is None:
        raise Http404
    request.user = user
    return answer()


def _credentials(request: HttpRequest) -> tuple[str, str]:
    scheme, token, *_ = [*request.headers.get("Authorization", "").split(maxsplit=1), "", ""]
    return scheme.lower(), token.strip()


def _leads_away(response: HttpResponseBase) -> bool:
    return 300 <= response.status_code < 400


def _unknown(why: str, challenge: str) -> JsonResponse:
    refusal = _refusal(401, why)
    refusal["WWW-Authenticate"] = challenge
    return refusal


def _later(why: str, seconds: int) -> JsonResponse:
    refusal = _refusal(429, why)
    refusal["Retry-After"] = str(seconds)
    return refusal


def _refusal(status: int, why: str) -> JsonResponse:
    return JsonResponse({"error": why}, status=status)
