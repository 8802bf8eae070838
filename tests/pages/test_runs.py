"""What the page of a run may show: nothing of the team to a link's holder, nothing that was not said."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from results.domain.details import read_details
from results.domain.status import State
from results.models import Role, Sighting, StoredResult, Team
from results.pages.addresses import shared_addresses
from results.pages.runs import RunPage, finished_page, unfinished_page
from results.pages.shared_runs import shared_page
from results.services import lookup, sharing
from results.services.sightings import LEASE
from tests import make

DETAILS = (
    b'{"attemptCount":2,"tags":["vip"],"metadata":{"step":7},"payload":{"card":"4242"},'
    b'"relatedRuns":{"parent":{"id":"run_parent1","taskIdentifier":"p","status":"COMPLETED"}}}'
)


def opened(team: Team) -> lookup.OpenedResult:
    return lookup.open_result(result=StoredResult.objects.get(), team=team)


def finished(team: Team, role: Role = Role.MEMBER, *, view: str = "") -> RunPage:
    return finished_page(opened(team), team=team, role=role, view=view, now=make.NOW)


def shared(team: Team, *, view: str = "") -> RunPage:
    seen = sharing.disclosed(opened(team), sharing.WHOLE)
    return shared_page(
        sharing.opened_for_visitors(opened(team), seen),
        at=shared_addresses("t" * 43),
        seen=seen,
        choices=sharing.WHOLE,
        view=view,
        now=make.NOW,
    )


def unfinished(
    team: Team,
    role: Role = Role.MEMBER,
    *,
    has_keys: bool = True,
    details: bytes | None = None,
    run_id: str = "run_pending1",
    **facts: Any,
) -> RunPage:
    make.make_sighting(team=team, run_id=run_id)
    Sighting.objects.update(**facts)
    sighting = Sighting.objects.get()
    return unfinished_page(
        sighting,
        details=read_details(details),
        team=team,
        role=role,
        has_keys=has_keys,
        now=make.NOW,
    )


def test_a_shared_page_holds_nothing_of_the_team(team: Team) -> None:
    make.make_result(team=team, details=DETAILS)
    StoredResult.objects.update(project="P", environment="prod", keys_asked=[{"key": "k"}])

    page = shared(team)

    assert (page.team, page.role) == (None, None)
    assert (page.project, page.environment, page.url, page.advice, page.birth) == ("",) * 5
    for nothing in (page.keys_asked, page.facts, page.tags, page.related):
        assert list(nothing) == []
    assert page.metadata is None
    assert page.payload is None
    assert page.stored_at is None
    assert not page.may_share
    assert not page.may_fetch_output
    assert page.shared


def test_a_shared_page_has_the_same_result(team: Team) -> None:
    make.make_result(team=team)

    ours, theirs = finished(team), shared(team)

    for name in ("run_id", "state", "label", "sentence", "task", "durations", "moments"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("role", Role)
def test_who_may_share(team: Team, role: Role) -> None:
    make.make_result(team=team)

    assert finished(team, role).may_share == (role is not Role.VIEWER)


@pytest.mark.parametrize("role", Role)
def test_who_may_ask_again_for_an_output(team: Team, role: Role) -> None:
    make.make_result(team=team)
    assert not finished(team, role).may_fetch_output

    StoredResult.objects.update(output_trouble="the object store was away")
    assert finished(team, role).may_fetch_output == (role is not Role.VIEWER)


@pytest.mark.parametrize("role", Role)
def test_viewers_see_what_a_run_says_of_itself_but_not_what_it_was_given(
    team: Team, role: Role
) -> None:
    make.make_result(team=team, details=DETAILS)

    page = finished(team, role)

    assert page.metadata is not None
    assert list(page.tags) == ["vip"]
    assert [fact.name for fact in page.facts] == ["Attempts"]
    assert [run.run_id for run in page.related] == ["run_parent1"]
    assert (page.payload is not None) == (role is not Role.VIEWER)


def test_an_old_result_without_details_has_none(team: Team) -> None:
    make.make_result(team=team)

    page = finished(team)

    assert (page.metadata, page.payload) == (None, None)
    assert (list(page.facts), list(page.tags), list(page.related)) == ([], [], [])
    assert page.output is not None


@pytest.mark.parametrize("state", [state for state in State if not state.is_final])
def test_every_state_has_words(team: Team, state: State) -> None:
    page = unfinished(team, state=state, keys_asked=[{"key": "k", "said": "s"}])

    assert page.label
    assert page.sentence
    assert page.tone in ("busy", "warn")


def seconds_until_look(team: Team, due_in_s: float, **facts: Any) -> int:
    due_at = make.NOW + timedelta(seconds=due_in_s)
    page = unfinished(team, state=State.PENDING, due_at=due_at, **facts)
    assert page.refresh is not None
    return page.refresh.after_s


@pytest.mark.parametrize(("due_in_s", "after_s"), [(0.4, 1), (2, 3), (15, 16)])
def test_the_next_look_follows_the_next_question(team: Team, due_in_s: float, after_s: int) -> None:
    assert seconds_until_look(team, due_in_s) == after_s


@pytest.mark.parametrize(("asked_for_s", "after_s"), [(0, 1), (2, 2), (4, 4), (12, 5)])
def test_looks_come_soon_while_the_api_is_asked_and_later_the_longer_it_takes(
    team: Team, asked_for_s: int, after_s: int
) -> None:
    lease_until = make.NOW + LEASE - timedelta(seconds=asked_for_s)

    assert seconds_until_look(team, -100, lease_until=lease_until) == after_s


@pytest.mark.parametrize(
    ("due_in_s", "least_s", "most_s"), [(0, 1, 1), (-4, 2, 4), (-900, 6, 10), (600, 18, 30)]
)
def test_pages_that_came_together_while_runs_wait_do_not_come_together_again(
    team: Team, due_in_s: int, least_s: int, most_s: int
) -> None:
    seen = set()
    for number in range(40):
        pk = uuid.UUID(int=number * 7)
        wanted_until = make.NOW + timedelta(seconds=1)
        seen.add(seconds_until_look(team, due_in_s, id=pk, wanted_until=wanted_until))
        Sighting.objects.all().delete()

    assert (min(seen), max(seen)) == (least_s, most_s)
    assert len(seen) == most_s - least_s + 1


def test_whoever_comes_back_after_a_long_time_looks_again_soon(team: Team) -> None:
    assert seconds_until_look(team, -900, wanted_until=make.NOW - timedelta(minutes=14)) == 1


def test_a_pending_run_shows_what_it_says_of_itself_and_never_its_payload(team: Team) -> None:
    page = unfinished(team, details=DETAILS, state=State.PENDING, status="EXECUTING")

    assert page.metadata is not None
    assert '"step": 7' in page.metadata.text
    assert list(page.tags) == ["vip"]
    assert page.payload is None
    assert [(each.name, each.ms) for each in page.durations] == [("Waited", None)]


def test_what_was_once_seen_is_not_shown_of_a_run_that_no_key_knows(team: Team) -> None:
    page = unfinished(team, details=DETAILS, state=State.UNKNOWN)

    assert page.metadata is None
    assert (list(page.facts), list(page.tags), list(page.related)) == ([], [], [])
    assert list(page.durations) == []
    assert list(page.moments) == []


def test_the_birth_of_a_run_is_told_until_its_creation_is_known(team: Team) -> None:
    # A cuid: the first eight characters after the c are its time.
    run_id = "run_cmbyxq0wd0000qwer0000asdf"

    assert "Its id says" in unfinished(team, run_id=run_id).birth
    Sighting.objects.all().delete()
    assert unfinished(team, run_id=run_id, created_at=make.NOW).birth == ""
    Sighting.objects.all().delete()
    assert unfinished(team, run_id="run_nanoid1").birth == ""


def test_a_time_of_making_up_is_said(team: Team) -> None:
    make.make_result(team=team)
    StoredResult.objects.update(finished_at=make.NOW - timedelta(days=1))

    page = finished(team)

    assert [each.ms for each in page.durations] == [2_000, None, 3_750]
    assert page.time_notes


def test_an_output_is_shown_up_to_a_limit(team: Team) -> None:
    make.make_result(team=team, output=b"x" * 1_000_000, output_type="text/plain")

    part = finished(team, Role.VIEWER).output

    assert part is not None
    assert part.lines is not None
    assert len(part.lines.text) <= 256 * 1024
    assert part.lines.more_url
    assert part.size == 1_000_000


def test_the_view_that_was_asked_for_is_shown_to_members_and_to_link_holders(team: Team) -> None:
    make.make_result(team=team)

    for page in (finished(team, view="text"), shared(team, view="text")):
        assert page.output is not None
        assert page.output.tree is None
        assert page.output.lines is not None
        assert '"sum": 3' in page.output.lines.text


def test_undefined_offers_no_json(team: Team) -> None:
    sent = b'{"json":null,"meta":{"values":["undefined"]}}'
    make.make_result(team=team, output=sent, output_type="application/super+json")

    part = finished(team, Role.VIEWER).output

    assert part is not None
    assert (part.json_url, part.raw_url) == ("", "/t/acme/runs/run_stored1/output?as=raw")


def test_the_parts_of_a_shared_result_are_behind_its_link(team: Team) -> None:
    make.make_result(team=team, output=b'{"crowd":[' + b"1," * 200 + b"1]}")
    token = "t" * 43

    part = shared(team).output

    assert part is not None
    assert part.tree is not None
    assert part.raw_url == f"/s/{token}/output?as=raw"
    assert part.tree.children[0].url.startswith(f"/s/{token}/branch/?of=output")


def test_the_tree_of_an_error_is_behind_the_same_door(team: Team) -> None:
    error = b'{"type":"STRING_ERROR","raw":"{\\"why\\":{\\"a\\":{\\"b\\":[1]}}}"}'
    make.make_result(team=team, state=State.FAILED, error=error)

    ours, theirs = finished(team).error_value, shared(team).error_value

    for part, address in ((ours, "/t/acme/"), (theirs, "/s/")):
        assert part is not None
        assert part.tree is not None
        assert part.tree.children[0].children[0].url.startswith(address)
