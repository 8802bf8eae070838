"""Every address by every method for everybody: nothing of another team is seen or changed by anybody."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from results import access
from results.models import Membership, Role, ShareLink, Team, Webhook
from results.services import members
from tests import make
from tests.guards.addresses import PARTS, Address, addresses
from tests.guards.policy import OPERATORS_SEE, OWNERS_PAGES, OWNERS_SEE, POLICY
from tests.guards.stage import Stage, set_stage
from tests.views.strangers import body

ALL = list(addresses())
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
KEY_OF_B = "tr_prod_BRAVOKEYBRAVOKEYBRAVOKB9"
# Of the one team all that is private begins with the one, of the other with the other.
OURS, THEIRS = "CANARYOURS", "CANARYTHEIRS"
ACTORS = (*("nobody", "stranger", "removed", "viewer", "limited", "member", "owner", "operator"),)


@dataclass(frozen=True, slots=True)
class Scene:
    """Two teams with one of everything each, and somebody who asks."""

    ours: Stage
    theirs: Stage
    client: Client
    role: Role | None

    def path(self, address: Address, *, team: Stage | None, rows: Stage | None) -> str:
        """An address with a team's rows in it; without one, with what never was."""
        ids: dict[str, Any] = dict(PARTS)
        ids["team"] = team.team.slug if team else "never-was"
        ids["run_id"], ids["token"] = "run_stored1", "B" * 43
        ids["member_id"] = rows.member.pk if rows else 10**6
        named = ("key_id", "share_id", "delivery_id", "note_id", "invitation_id", "token_id")
        held: tuple[Any, ...] = ()
        if rows:
            held = (rows.key, rows.link, rows.delivery, rows.note, rows.invitation)
            held += (rows.personal.row,)
        ids |= {name: uuid.uuid4() for name in named}
        ids |= {name: row.pk for name, row in zip(named, held, strict=False)}
        return reverse(address.name, kwargs={part: ids[part] for part in address.parts})


@pytest.fixture(params=ACTORS)
def scene(request: Any, alice: User, db: None) -> Scene:
    erin = make.make_user(name="erin")
    theirs = make.make_team(name=f"{THEIRS}TEAM", owner=erin)
    Team.objects.filter(pk=theirs.pk).update(slug="bravo")
    theirs.refresh_from_db()
    ours = make.make_team(name="Acme", owner=alice)
    told: dict[str, Any] = {"secret": KEY_OF_B, "canary": THEIRS}
    told["output"] = f'"{THEIRS}OUTPUT"'.encode()
    there = set_stage(team=theirs, by=erin, **told)
    here = set_stage(team=ours, by=alice, canary=OURS, output=f'"{OURS}OUTPUT"'.encode())
    client, role = Client(), None
    match request.param:
        case "nobody":
            return Scene(here, there, client, None)
        case "owner":
            user, role = alice, Role.OWNER
        case "operator":
            user = make.make_user(name="dora", operator=True)
        case actor:
            user = make.make_user(name=actor)
    if request.param in ("viewer", "limited", "member", "removed"):
        role = Role.MEMBER if request.param == "member" else Role.VIEWER
        held = members.add_member(team=ours, user=user, role=role, by=None, now=make.NOW)
        members.add_member(team=theirs, user=user, role=Role.OWNER, by=None, now=make.NOW)
        client.force_login(user)
        assert client.get("/t/bravo/keys/").status_code == 200
        # An old tab: signed in, and no member of theirs any more.
        Membership.objects.get(team=theirs, user=user).delete()
        if request.param == "removed":
            held.delete()
            role = None
    if request.param == "limited":
        members.show_outputs_to_viewers(team=ours, shown=False, by=alice, now=make.NOW)
    client.force_login(user)
    return Scene(here, there, client, role)


def rows_of(team: Team) -> str:
    """A digest of everything that a team has."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is Team:
                rows = model._default_manager.filter(**{field.name: team}).order_by("pk")
                digest.update(repr(list(rows.values())).encode())
    found = Team.objects.filter(pk=team.pk).values()
    digest.update(repr(list(found)).encode())
    return digest.hexdigest()


def told(response: Any) -> str:
    text = getattr(response, "content", b"") or b"".join(response)
    return text.decode("utf-8", "replace") + str(response.headers)


def assert_tells_nothing_of(stage: Stage, response: Any, where: str, mark: str) -> None:
    text = told(response)
    token = stage.personal.token
    for private in (mark, stage.token, token, KEY_OF_B[8:], str(stage.key.pk), str(stage.note.pk)):
        # What was asked for may be repeated, in an address to come back to.
        assert private not in text.replace(where, ""), (where, private)


def test_every_address_is_in_the_policy() -> None:
    missing = {one.name for one in ALL} - set(POLICY)
    gone = set(POLICY) - {one.name for one in ALL}

    assert (missing, gone) == (set(), set()), "say in tests/guards/policy.py who may do what there"


def test_the_doors_are_those_of_the_policy() -> None:
    for one in ALL:
        door = one.view.door  # type: ignore[attr-defined]
        assert POLICY[one.name].who == (door.role.value if door.role else door.who), one.name


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("method", METHODS)
def test_other_methods_than_those_of_the_policy_are_refused(method: str, as_alice: Client) -> None:
    for one in ALL:
        if method not in POLICY[one.name].methods:
            response = getattr(as_alice, method)(one.path)
            assert response.status_code == 405, (one.name, response.status_code)


def test_t1_another_teams_addresses_are_those_of_a_team_that_never_was(scene: Scene) -> None:
    before = rows_of(scene.theirs.team)

    for one in ALL:
        if "team" not in one.parts:
            continue
        for method in POLICY[one.name].methods:
            ask = getattr(scene.client, method)
            address = scene.path(one, team=scene.theirs, rows=scene.theirs)
            there = ask(address)
            nowhere = ask(scene.path(one, team=None, rows=None))
            if there.status_code == 302:
                assert there["Location"].startswith("/accounts/login/?next=/"), one.name
                assert "_auth_user_id" not in scene.client.session
            else:
                assert there.status_code == nowhere.status_code == 404, one.name
                assert body(there) == body(nowhere), one.name
            assert_tells_nothing_of(scene.theirs, there, address, THEIRS)

    assert rows_of(scene.theirs.team) == before


def test_t2_another_teams_rows_are_not_found_under_ones_own(scene: Scene) -> None:
    before = rows_of(scene.theirs.team)
    named = {"key_id", "share_id", "delivery_id", "note_id", "invitation_id", "member_id"}
    named |= {"token_id"}

    for one in ALL:
        if not named.intersection(one.parts):
            continue
        for method in POLICY[one.name].methods:
            ask = getattr(scene.client, method)
            address = scene.path(one, team=scene.ours, rows=scene.theirs)
            sent = {"secret": make.KEY, "text": "changed"}
            there = ask(address, sent)
            nowhere = ask(scene.path(one, team=scene.ours, rows=None), sent)
            assert there.status_code == nowhere.status_code in (302, 401, 403, 404), one.name
            # Whoever has to sign in first gets back what they typed.
            assert there.status_code != 401 or "changed" in there.text
            assert there.status_code != 302 or "login" in there["Location"], one.name
            assert there.status_code == 302 or body(there) == body(nowhere), one.name
            assert_tells_nothing_of(scene.theirs, there, address, THEIRS)

    assert rows_of(scene.theirs.team) == before


def test_t1_ones_own_team_is_seen_as_far_as_the_role_reaches(scene: Scene) -> None:
    before = rows_of(scene.theirs.team)
    ranks = {"owner": 3, "member": 2, "viewer": 1}
    # A test delivery would leave the house.
    Webhook.objects.filter(team=scene.ours.team).delete()

    for method in ("get", "head", "post"):
        for one in (one for one in ALL if method in POLICY[one.name].methods):
            if "team" not in one.parts:
                continue
            address = scene.path(one, team=scene.ours, rows=scene.ours)
            response = getattr(scene.client, method)(address)
            status, needed = response.status_code, POLICY[one.name].who
            if scene.role is None:
                assert status in (302, 404), one.name
                assert_tells_nothing_of(scene.ours, response, address, OURS)
            elif ranks[scene.role] < ranks[needed]:
                assert status == 403, one.name
                assert_tells_nothing_of(scene.ours, response, address, OURS)
            else:
                assert status < 500, one.name
            assert THEIRS not in told(response), one.name
    assert rows_of(scene.theirs.team) == before


# Where a value of a run could be shown, in every form that an address knows.
VALUES = (
    *("/", "/panel/", "/ticket/", "/compare/", "/compare/?with=run_failed1&show=all", ".json"),
    *("/output", "/output?as=raw", "/output?as=text", "/output?as=csv", "/?view=table"),
    *(f"/output?as=csv&of={of}&at=" for of in ("inner", "error", "metadata", "payload")),
    *("/?view=text", "/?view=wire", "/?view=tree", "/search/?q=C", "/search/?q=C&of=payload"),
    *(
        f"/branch/?of={of}{form}"
        for of in ("output", "inner", "error", "metadata", "payload")
        for form in (
            "",
            "&as=text",
            "&as=paths",
            "&view=text",
            "&view=wire",
            "&view=table",
            "&reveal=",
        )
    ),
)


def asked_with(page: str) -> list[dict[str, str]]:
    """The headers with which the product's own scripts ask for a page, and those without."""
    if "/panel/" in page:
        return [{"HX-Request": "true"}]
    is_part = "/branch/" in page or "/search/" in page
    return [{}, {"X-Fragment": "1"}] if is_part else [{}]


@pytest.mark.parametrize("scene", ["limited", "viewer"], indirect=True)
def test_no_value_of_a_run_reaches_a_viewer_from_whom_values_are_kept(scene: Scene) -> None:
    is_limited = not Team.objects.get(slug="acme").viewers_see_outputs
    values = [f"{OURS}{what}" for what in ("OUTPUT", "PAYLOAD", "METADATA", "TAG", "ERROR")]
    pages = [scene.path(one, team=scene.ours, rows=scene.ours) for one in ALL]
    pages += [*scene.ours.member_pages.values(), *scene.ours.pages_for_roles.values()]
    pages += [
        f"/t/acme/runs/{run}{end}" for run in ("run_stored1", "run_failed1") for end in VALUES
    ]
    pages += [
        "/t/acme/runs/?ids=run_stored1,run_failed1,run_pending1" + form for form in ("", "&as=csv")
    ]
    pages += ["/t/acme/history/?who=team", "/t/acme/tasks/report/", "/team-admin/"]
    found = set()
    for page in pages:
        for headers in asked_with(page):
            text = told(scene.client.get(page, headers=headers))
            found |= {value for value in values if value in text}

    # The viewer from whom nothing is kept shows that the pages are the right ones.
    assert found == (set() if is_limited else {*values} - {f"{OURS}PAYLOAD"})


def test_members_reach_what_a_result_holds_through_one_door_alone() -> None:
    """The door decides what is withheld, so that nothing else may open a result for a page."""
    root = Path(access.__file__).parent
    rooms = [root / "access.py", *(root / "views").glob("*.py"), *(root / "pages").glob("*.py")]
    rooms += [
        *(root / "admin").glob("*.py"),
        root / "forms.py",
        *(root / "templatetags").glob("*.py"),
    ]
    opening = [path.name for path in rooms if "open_result(" in path.read_text(encoding="utf-8")]

    # Whoever holds a share link sees what the link shows, whatever the team keeps from viewers; and
    # who makes one, which viewers cannot, sees the same before.
    assert sorted(opening) == ["access.py", "previews.py", "shares.py"]


def test_t1_a_token_that_never_was_looks_like_one_that_is_over(
    client: Client, team: Team, alice: User
) -> None:
    stage = set_stage(team=team, by=alice)
    ShareLink.objects.update(revoked_at=make.NOW)

    for part in ("", "branch/", "search/", "output"):
        over, never = (client.get(f"/s/{token}/{part}") for token in (stage.token, "B" * 43))
        assert over.status_code == never.status_code == 404
        assert body(over) == body(never)


@pytest.mark.parametrize(
    ("namespace", "seen", "pages"),
    [("admin", OPERATORS_SEE, None), ("team-admin", OWNERS_SEE, OWNERS_PAGES)],
)
def test_the_administrations_hold_no_other_pages(namespace: str, seen: Any, pages: Any) -> None:
    site: Any
    [site] = [
        one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == namespace
    ]
    models, beside = set(), set()
    found: list[Any] = site.url_patterns
    for one in found:
        if isinstance(one, URLResolver):
            inner: list[Any] = one.url_patterns
            names = [each.name for each in inner if each.name]
            models |= {name.rpartition("_")[0] for name in names} - {"auth_user_password"}
        else:
            beside.add(one.name)

    assert models == seen
    assert pages is None or beside == pages
