"""The page behind the set-up link: it makes the first operator, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from results.access import VisitorRequest, for_anyone
from results.account_forms import FirstOperatorForm
from results.services import members, setup


@sensitive_post_parameters("password", "again")
@sensitive_variables("form")
@for_anyone("whoever read the set-up link in the server's output", methods=("GET", "HEAD", "POST"))
def operator(request: VisitorRequest, token: str) -> HttpResponse:
    """Make the first operator and, when it is named, their team."""
    now = timezone.now()
    if not setup.is_open(token=token, now=now):
        raise Http404
    form = FirstOperatorForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "setup/operator.html", {"form": form}, status=status)
    try:
        made = setup.begin(
            token=token,
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            team=form.cleaned_data["team"],
            now=now,
        )
    except members.NoTeamError as error:
        form.add_error("team", f"No team was made, and no account: {error}.")
        return render(request, "setup/operator.html", {"form": form}, status=400)
    if made is None:
        raise Http404
    login(request, made, backend=settings.AUTHENTICATION_BACKENDS[0])
    messages.success(request, f"Welcome, {made.get_username()}. You run this instance.")
    return redirect("runs-find")
