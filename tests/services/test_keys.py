"""Storing, replacing, testing and forgetting keys: what is tried, what is kept, what never shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from results.domain.identity import ApiKey
from results.models import AuditEvent, ProjectKey, Sighting, Team
from results.models.keys import KeyAnswer
from results.sandbox.scenarios import PREVIEW_BRANCH, SANDBOX_KEYS, SCOPED_KEY
from results.sandbox.server import Sandbox
from results.services import asking, keys, rotation, sealing
from tests import make
from tests.services.looking import look
from tests.trigger.listener import Listener

NOBODYS = "tr_dev_NobodysKey00000000000001"
WRONG_RING = "k1:" + "B" * 43 + "="


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as running:
        yield running


def store(
    team: Team, url: str, secret: str = SANDBOX_KEYS["dev"], *, branch: str = ""
) -> ProjectKey:
    return keys.store(
        team=team,
        project="Shop",
        api_url=url,
        branch=branch,
        key=ApiKey(secret),
        by=None,
        now=timezone.now(),
    )


def secret_of(row: ProjectKey) -> str:
    row = ProjectKey.objects.select_related("team").get(pk=row.pk)
    return sealing.open_secret(row, sealing.data_key(row.team)).reveal()


@pytest.mark.parametrize(
    ("secret", "environment", "branch"),
    [
        (SANDBOX_KEYS["dev"], "dev", ""),
        (SANDBOX_KEYS["prod"], "prod", ""),
        (SCOPED_KEY, "prod", ""),
        (SANDBOX_KEYS["preview"], "preview", PREVIEW_BRANCH),
    ],
)
def test_a_key_that_is_accepted_is_kept_sealed(
    live: Sandbox, team: Team, secret: str, environment: str, branch: str
) -> None:
    row = store(team, live.url, secret, branch=branch)

    assert (row.environment, row.last_answer) == (environment, KeyAnswer.ACCEPTED)
    assert secret_of(row) == secret
    assert secret[len(row.prefix) : -4].encode() not in bytes(row.sealed_secret)
    assert row.hint == f"{row.prefix}••••{secret[-4:]}"
    assert [call.kind for call in live.calls] == ["retrieve"]


@pytest.mark.parametrize(
    ("secret", "said"),
    [(NOBODYS, "Invalid API key"), (SANDBOX_KEYS["preview"], "x-trigger-branch header required")],
)
def test_a_key_that_is_refused_is_not_kept(
    live: Sandbox, team: Team, secret: str, said: str
) -> None:
    with pytest.raises(keys.NotStoredError, match=said) as refusal:
        store(team, live.url, secret)

    assert refusal.value.field == "secret"
    assert secret not in str(refusal.value)
    assert not ProjectKey.objects.exists()
    event = AuditEvent.objects.get(action__startswith="key.")
    assert event.action == "key.refused"
    assert event.subject.endswith(f"••••{secret[-4:]}")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("html502", "failed with status 502"),
        ("reset", "closed the connection"),
        ("garbage", "not a JSON object"),
        ("429", "asked us to wait"),
    ],
)
def test_a_key_that_could_not_be_asked_about_is_kept_with_the_reason(
    live: Sandbox, team: Team, fault: Any, words: str
) -> None:
    live.faults.add(fault)

    row = store(team, live.url)

    assert row.last_answer == KeyAnswer.NOT_ASKED
    assert words in row.last_answer_text
    assert secret_of(row) == SANDBOX_KEYS["dev"]


def test_trying_a_key_takes_no_longer_than_its_moment(
    live: Sandbox, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "TRY_S", 0.3)
    live.faults.add("silent")
    began = time.monotonic()

    row = store(team, live.url)

    assert time.monotonic() - began < asking.DEADLINE_S - 1
    assert row.last_answer == KeyAnswer.NOT_ASKED
    assert "did not answer" in row.last_answer_text


def test_an_address_that_is_not_listed_is_sent_nothing(
    live: Sandbox, team: Team, listener: Listener, settings: Any
) -> None:
    settings.TRIGGER_ALLOWED_HOSTS = [f"127.0.0.1:{live.port}"]

    with pytest.raises(keys.NotStoredError, match="Nothing was sent") as refusal:
        store(team, listener.url)

    assert refusal.value.field == "api_url"
    assert listener.connections == 0
    assert not ProjectKey.objects.exists()


def test_a_listed_name_that_leads_inside_is_sent_nothing_and_not_kept(
    live: Sandbox, team: Team, listener: Listener, settings: Any
) -> None:
    settings.TRIGGER_ALLOWED_HOSTS = []
    settings.TRIGGER_API_URL = "https://localhost"

    with pytest.raises(keys.NotStoredError, match="leads inside a network") as refusal:
        store(team, "https://localhost")

    assert refusal.value.field == "api_url"
    assert listener.connections == 0
    assert not ProjectKey.objects.exists()


def test_a_locked_vault_neither_sends_nor_keeps_a_key(
    live: Sandbox, team: Team, settings: Any
) -> None:
    row = make.make_key(team=team, api_url=live.url)
    before = ProjectKey.objects.values().get()
    settings.VAULT_KEYS = WRONG_RING
    key = ApiKey(SANDBOX_KEYS["dev"])

    with pytest.raises(keys.NotStoredError, match="nothing was changed"):
        store(team, live.url)
    with pytest.raises(keys.NotStoredError, match="nothing was changed"):
        keys.replace(row=row, key=key, by=None, now=timezone.now())
    with pytest.raises(keys.NotStoredError):
        keys.test(row=row, by=None, now=timezone.now())

    assert len(live.calls) == 0
    assert ProjectKey.objects.values().get() == before


def test_a_key_that_is_replaced_opens_as_the_new_one(
    live: Sandbox, team: Team, alice: User
) -> None:
    row = make.make_key(team=team, api_url=live.url, answer=KeyAnswer.REFUSED)

    keys.replace(row=row, key=ApiKey(SANDBOX_KEYS["dev"]), by=alice, now=timezone.now())

    assert secret_of(row) == SANDBOX_KEYS["dev"]
    row.refresh_from_db()
    assert (row.last_answer, row.last_four) == (KeyAnswer.ACCEPTED, SANDBOX_KEYS["dev"][-4:])
    assert AuditEvent.objects.get(action="key.replaced").actor == "alice"


def test_a_key_that_cannot_be_opened_can_be_replaced(live: Sandbox, team: Team) -> None:
    row = make.make_key(team=team, api_url=live.url)
    ProjectKey.objects.update(sealed_secret=b"\x02broken")
    row.refresh_from_db()
    with pytest.raises(keys.NotStoredError, match="paste it again"):
        keys.test(row=row, by=None, now=timezone.now())
    assert len(live.calls) == 0

    keys.replace(row=row, key=ApiKey(SANDBOX_KEYS["dev"]), by=None, now=timezone.now())

    assert secret_of(row) == SANDBOX_KEYS["dev"]


def test_a_replacement_that_is_refused_leaves_the_old_key(live: Sandbox, team: Team) -> None:
    row = make.make_key(team=team, secret=SANDBOX_KEYS["dev"], api_url=live.url)

    with pytest.raises(keys.NotStoredError, match="refused"):
        keys.replace(row=row, key=ApiKey(NOBODYS), by=None, now=timezone.now())

    assert secret_of(row) == SANDBOX_KEYS["dev"]


def test_testing_a_key_keeps_what_was_said(live: Sandbox, team: Team, alice: User) -> None:
    row = make.make_key(
        team=team, secret=SANDBOX_KEYS["dev"], api_url=live.url, answer=KeyAnswer.REFUSED
    )

    tried = keys.test(row=row, by=alice, now=timezone.now())

    assert tried.answer == KeyAnswer.ACCEPTED
    assert ProjectKey.objects.get().last_answer == KeyAnswer.ACCEPTED
    assert AuditEvent.objects.get(action="key.tested").actor == "alice"


def test_testing_a_refused_key_marks_it(live: Sandbox, team: Team) -> None:
    row = make.make_key(team=team, secret=NOBODYS, api_url=live.url)

    assert keys.test(row=row, by=None, now=timezone.now()).answer == KeyAnswer.REFUSED
    assert ProjectKey.objects.get().is_refused


def test_testing_a_key_whose_address_is_no_longer_listed_sends_nothing(
    live: Sandbox, team: Team, listener: Listener, settings: Any
) -> None:
    settings.TRIGGER_ALLOWED_HOSTS = []
    row = make.make_key(team=team, api_url=listener.url)

    tried = keys.test(row=row, by=None, now=timezone.now())

    assert tried.answer == KeyAnswer.NOT_ASKED
    assert "TRIGGER_ALLOWED_HOSTS" in tried.text
    assert listener.connections == 0


@pytest.mark.parametrize("verb", ["test", "replace"])
def test_a_key_that_was_forgotten_meanwhile_does_not_come_back(
    live: Sandbox, team: Team, verb: str
) -> None:
    row = make.make_key(team=team, secret=SANDBOX_KEYS["dev"], api_url=live.url)
    ProjectKey.objects.all().delete()
    key = ApiKey(SANDBOX_KEYS["dev"])
    verbs: dict[str, Callable[[], object]] = {
        "test": lambda: keys.test(row=row, by=None, now=timezone.now()),
        "replace": lambda: keys.replace(row=row, key=key, by=None, now=timezone.now()),
    }

    with pytest.raises(keys.NotStoredError, match="forgotten"):
        verbs[verb]()

    assert not ProjectKey.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="key.").exists()


def test_forgetting_a_key_deletes_its_secret_and_says_who_did_it(team: Team, alice: User) -> None:
    row = make.make_key(team=team)
    result = make.make_result(team=team)

    keys.forget(row=row, by=alice, now=make.NOW)

    assert not ProjectKey.objects.exists()
    result.refresh_from_db()
    event = AuditEvent.objects.get(action="key.forgotten")
    assert (event.actor, event.subject) == ("alice", "Shop · development tr_dev_••••A1b2")


def test_runs_that_waited_for_a_key_are_due_at_once_and_others_stay(
    live: Sandbox, team: Team
) -> None:
    later = timezone.now() + timedelta(minutes=1)
    waiting = make.make_sighting(team=team, run_id="run_unknown", now=timezone.now())
    pending = make.make_sighting(team=team, run_id="run_pending", now=timezone.now())
    paused = make.make_sighting(team=team, run_id="run_paused", now=timezone.now())
    Sighting.objects.update(due_at=later)
    Sighting.objects.filter(pk=waiting.pk).update(state="unknown")
    Sighting.objects.filter(pk=pending.pk).update(state="pending")
    Sighting.objects.filter(pk=paused.pk).update(state="rate_limited", pause_until=later)

    store(team, live.url)

    due = set(Sighting.objects.due(timezone.now()).values_list("run_id", flat=True))
    assert due == {"run_unknown", "run_paused"}, "the new key has no pause"


def test_no_event_and_no_answer_holds_the_secret(live: Sandbox, team: Team) -> None:
    row = store(team, live.url)
    keys.test(row=row, by=None, now=timezone.now())
    keys.forget(row=row, by=None, now=timezone.now())

    middle = SANDBOX_KEYS["dev"][len("tr_dev_") : -4]
    assert AuditEvent.objects.filter(action__startswith="key.").count() == 3
    assert not any(middle in str(values) for values in AuditEvent.objects.values())


def test_the_same_key_twice_in_a_team_is_told_and_nobody_is_asked(
    live: Sandbox, team: Team
) -> None:
    first = store(team, live.url)
    asked = len(live.calls)

    with pytest.raises(keys.NotStoredError, match="has this key already: Shop · development"):
        store(team, live.url)
    with pytest.raises(keys.NotStoredError, match=first.last_four):
        store(team, "http://127.0.0.1:1")

    assert len(live.calls) == asked
    assert ProjectKey.objects.count() == 1


def test_two_teams_may_have_the_same_key_and_their_fingerprints_differ(
    live: Sandbox, team: Team
) -> None:
    rows = [store(owner, live.url) for owner in (team, make.make_team(name="Other"))]

    assert len({bytes(row.fingerprint or b"") for row in rows}) == 2


def test_one_preview_key_serves_many_branches_each_once(live: Sandbox, team: Team) -> None:
    secret = SANDBOX_KEYS["preview"]
    store(team, live.url, secret, branch=PREVIEW_BRANCH)
    other = store(team, "http://127.0.0.1:1", secret, branch="another")

    assert other.branch == "another"
    with pytest.raises(keys.NotStoredError, match="has this key already"):
        store(team, live.url, secret, branch=PREVIEW_BRANCH)


def test_a_key_from_before_there_were_fingerprints_is_found_too(team: Team) -> None:
    make.make_key(team=team, secret=SANDBOX_KEYS["dev"], project="Earlier")

    with pytest.raises(keys.NotStoredError, match="Earlier"):
        store(team, "http://127.0.0.1:1")


def test_the_same_key_is_found_before_and_after_the_team_is_sealed_anew(
    live: Sandbox, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store(team, live.url)
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_reseal_team", lambda *_: None)
        rotation.rotate_data_keys(by=None, now=timezone.now, told=lambda *_: None)

    for _ in range(2):
        team.refresh_from_db()
        with pytest.raises(keys.NotStoredError, match="has this key already"):
            store(team, live.url)
        rotation.rotate_data_keys(by=None, now=timezone.now, told=lambda *_: None)

    row.refresh_from_db()
    assert team.key_generation == 3
    assert secret_of(row) == SANDBOX_KEYS["dev"]


def test_a_key_may_be_replaced_by_itself_and_not_by_its_neighbour(
    live: Sandbox, team: Team
) -> None:
    first, second = store(team, live.url), store(team, live.url, SCOPED_KEY)

    keys.replace(row=first, key=ApiKey(SANDBOX_KEYS["dev"]), by=None, now=timezone.now())
    with pytest.raises(keys.NotStoredError, match="has this key already"):
        keys.replace(row=second, key=ApiKey(SANDBOX_KEYS["dev"]), by=None, now=timezone.now())

    assert secret_of(second) == SCOPED_KEY


def test_the_database_refuses_a_twin_that_was_stored_a_moment_ago(
    live: Sandbox, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(team, live.url)
    monkeypatch.setattr(keys, "_refuse_twin", lambda *_args, **_more: None)

    with pytest.raises(keys.NotStoredError, match="has this key already"):
        store(team, live.url)

    assert ProjectKey.objects.count() == 1


def test_t8_a_key_whose_address_was_changed_past_the_product_is_never_sent(
    live: Sandbox, team: Team, alice: User, listener: Listener
) -> None:
    row = store(team, live.url)
    sealed = bytes(row.sealed_secret)
    ProjectKey.objects.update(api_url=listener.url)
    row.refresh_from_db()

    with pytest.raises(keys.NotStoredError, match="paste it again"):
        keys.test(row=row, by=None, now=timezone.now())
    result_or_sighting = look(team, "run_nobody", alice)

    assert isinstance(result_or_sighting, Sighting)
    assert "paste the key again" in str(result_or_sighting.keys_asked)
    assert listener.requests == []
    row.refresh_from_db()
    assert bytes(row.sealed_secret) == sealed
