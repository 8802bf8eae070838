"""The only door: who may see what. Every view is marked here or the guard test fails; it shows nothing.

A stranger and a team that never was get the same answer, so that neither can be told from the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import unquote_plus, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from results.domain.identity import read_pasted
from results.forms import LONGEST_PASTE
from results.models import Membership, Role, StoredResult, Team
from results.script_door import answered, comes_by_token
from results.services import lookup, paces
from results.services.watching import Bell, bell

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


class VisitorRequest(HttpRequest):
    """A request from anybody."""

    htmx: HtmxDetails


class UserRequest(VisitorRequest):
    """A request from somebody who is signed in."""

    user: User


class TeamRequest(UserRequest):
    """A request from a member of the team that its address names.

    ``bell`` is counted when something shows it, once; what refreshes itself shows none.
    """

    team: Team
    membership: Membership
    bell: Callable[[], Bell]
    sees_outputs: bool


class OutputsWithheldError(PermissionDenied):
    """A viewer asked for a value that the team's owners keep from viewers."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may pass: `anyone` with a reason, `signed in`, or `members` from a role upwards.

    ``takes_tokens`` says that a script may come in a member's place. ``keeps`` names the field of
    its form that people write at length in.
    """

    who: str
    role: Role | None = None
    reason: str = ""
    takes_tokens: bool = False
    keeps: str = ""


def for_anyone(
    reason: str, *, methods: tuple[str, ...] = ("GET", "HEAD")
) -> Callable[
    [Callable[Concatenate[VisitorRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let everybody in, for a reason that is written down."""

    def mark(
        view: Callable[Concatenate[VisitorRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return view(cast("VisitorRequest", request), *args, **kwargs)

        guarded.door = Door("anyone", reason=reason)  # type: ignore[attr-defined]
        return guarded

    return mark


def for_signed_in(
    *, methods: tuple[str, ...] = ("GET", "HEAD")
) -> Callable[
    [Callable[Concatenate[UserRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let in whoever is signed in."""

    def mark(
        view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            return view(cast("UserRequest", request), *args, **kwargs)

        guarded.door = Door("signed in")  # type: ignore[attr-defined]
        return guarded

    return mark


def for_members(
    role: Role,
    *,
    methods: tuple[str, ...] = ("GET", "HEAD"),
    takes_tokens: bool = False,
    keeps: str = "",
) -> Callable[
    [Callable[Concatenate[TeamRequest, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Let in members of the team in the address who have at least this role.

    Membership is looked up at every request, from the user towards the team, and never kept. With
    ``takes_tokens`` a personal token of a member does instead of a session; it only reads. What
    stands in the field ``keeps`` is handed back when its sender has to sign in first.
    """
    if takes_tokens and not {"GET", "HEAD"}.issuperset(methods):
        raise ValueError("a personal token changes nothing")

    def mark(
        view: Callable[Concatenate[TeamRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(
            request: HttpRequest, /, team: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            def entered() -> HttpResponseBase:
                membership = enter(request, team)
                if membership is None:
                    raise Http404
                if not Role(membership.role).covers(role):
                    raise PermissionDenied
                return view(cast("TeamRequest", request), *args, **kwargs)

            if takes_tokens and comes_by_token(request):
                return answered(request, team, entered)
            if not request.user.is_authenticated:
                return hand_back(request, keeps) or ask_to_sign_in(request)
            try:
                return entered()
            except paces.TooManyLookupsError:
                return _ask_later(request)

        door = Door("members", role=role, takes_tokens=takes_tokens, keeps=keeps)
        guarded.door = door  # type: ignore[attr-defined]
        return guarded

    return mark


def enter(request: HttpRequest, slug: str) -> Membership | None:
    """Return the membership that somebody signed in has of a team, and tell the request of it.

    A page that shows a team without naming it enters it too, for the same navigation.
    """
    person = cast("User", request.user)
    membership = Membership.objects.at_door(person.pk, slug)
    if membership is not None:
        ours, team, role = cast("TeamRequest", request), membership.team, Role(membership.role)
        ours.team, ours.membership = team, membership
        ours.sees_outputs = team.viewers_see_outputs or role.covers(Role.MEMBER)
        ours.bell = cache(partial(bell, team=team, by=person, role=role))
    return membership


def opened_result(request: TeamRequest, result: StoredResult) -> lookup.OpenedResult:
    """Open a result as far as this reader may see it: the one way to a value for whoever is signed in."""
    opened = lookup.open_result(result=result, team=request.team)
    return opened if request.sees_outputs else lookup.withhold(opened)


def opened_value(request: TeamRequest, result: StoredResult) -> lookup.OpenedResult:
    """Open a result for a page that shows nothing but a value of it."""
    if not request.sees_outputs:
        raise OutputsWithheldError
    return opened_result(request, result)


def _ask_later(request: HttpRequest) -> HttpResponseBase:
    """Say how many lookups are too many, and when to come back."""
    answer = render(
        request, "runs/_too_many.html", {"most": settings.LOOKUPS_PER_MINUTE}, status=429
    )
    answer.headers["Retry-After"] = str(paces.WINDOW_S)
    return answer


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a page to the sign-in form and back; a fragment gets a link, never a form inside it."""
    if cast("VisitorRequest", request).htmx:
        context = {"back": way_back(request), "is_typed": is_typed(request)}
        return render(request, "registration/_signed_out.html", context, status=401)
    return redirect_to_login(way_back(request))


def hand_back(request: HttpRequest, field: str) -> HttpResponseBase | None:
    """Give what was typed back to its sender, to be sent again after signing in; None when nothing was.

    Only for a form that our own page sent: anybody else could put words into somebody's mouth.
    """
    typed = request.POST.get(field, "") if request.method == "POST" and field else ""
    if not typed.strip() or cast("VisitorRequest", request).htmx:
        return None
    is_signed_out = not request.user.is_authenticated
    context = {
        "name": field,
        "typed": typed,
        "is_signed_out": is_signed_out,
        "back": way_back(request),
    }
    status = 401 if is_signed_out else 403
    return render(request, "registration/_handed_back.html", context, status=status)


def is_typed(request: HttpRequest) -> bool:
    """Whether a form sent this that stays on its page, with what was typed, until that is kept."""
    return bool(cast("VisitorRequest", request).htmx.target == "typed-told")


def way_back(request: HttpRequest) -> str:
    """The page to show after signing in: this one, or the one that sent a form or asked for a part.

    An address that holds a key is cut, because the sign-in page repeats it.
    """
    if (asked := asked_for_runs(request)) is not None:
        return asked
    htmx = cast("VisitorRequest", request).htmx
    back = (htmx.current_url_abs_path or "") if htmx else request.get_full_path()
    if not htmx and request.method not in ("GET", "HEAD"):
        sender = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(
            sender, {request.get_host()}, require_https=request.is_secure()
        )
        parts = urlsplit(sender)
        back = parts.path + (f"?{parts.query}" if parts.query else "") if ours else ""
    # A path of two slashes would be a host.
    inside = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
    back = back if inside else resolve_url("runs-find")
    return urlsplit(back).path if read_pasted(unquote_plus(back)).holds_secret else back


def asked_for_runs(request: HttpRequest) -> str | None:
    """The address that looks up what was pasted, so that nobody has to paste it again; only its ids."""
    find = resolve_url("runs-find")
    if request.method != "POST" or request.path != find:
        return None
    ids = read_pasted(request.POST.get("text", "")[:LONGEST_PASTE]).run_ids
    if not 0 < len(ids) <= settings.RUNS_AT_ONCE:
        return None
    team = {"team": request.POST["team"]} if request.POST.get("team") else {}
    return f"{find}?{urlencode({'q': ','.join(ids)} | team, safe=',')}"
