"""Rotation: everything opens before, in between and after; what dies half-way goes on."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.domain.status import State
from results.models import (
    AuditEvent,
    FormerKey,
    KeyRotation,
    ProjectKey,
    ResultBody,
    ShareLink,
    Sighting,
    StoredResult,
    Team,
)
from results.services import generations, lookup, ring_report, rotation, sealing, sharing
from results.vault import VaultError
from tests import make

K1, K2 = (
    f"{name}:" + base64.b64encode(byte * 32).decode() for name, byte in (("k1", b"1"), ("k2", b"2"))
)
OUTPUT = b'{"said":"' + b"an output that is long enough to be compressed " * 20 + b'"}'


@pytest.fixture(autouse=True)
def _first_ring(settings: Any) -> None:
    settings.VAULT_KEYS = K1


@pytest.fixture
def full(team: Team, alice: User, now: datetime) -> Team:
    """A team with something in every sealed column."""
    make.make_key(team=team)
    result = make.make_result(team=team, output=OUTPUT, details=b'{"tags":["a"]}')
    error = b'{"message":"E"}'
    make.make_result(team=team, run_id="run_failed1", state=State.FAILED, error=error)
    sighting = make.make_sighting(team=team)
    opened = sealing.data_key(team)
    sighting.sealed_details = opened.seal(b"{}", purpose=sealing.PROGRESS, row=str(sighting.pk))
    sighting.save()
    sharing.share(result=result, by=alice, now=now)
    return team


def everything_opens() -> int:
    """How many values open; not one may be closed."""
    checked = list(ring_report.check(sample=None, fingerprints=False))
    assert [one for one in checked if one is not None] == []
    return len(checked)


def rotate(now: datetime) -> rotation.Done:
    return rotation.rotate_data_keys(by=None, now=lambda: now, told=lambda team, values: None)


def held(team: Team) -> set[int]:
    """The generations that the team's values are sealed by."""
    return {generation for _, generation in generations.counted(team=team.pk)}


def test_t10_every_column_is_sealed_anew_and_says_the_same(full: Team, now: datetime) -> None:
    before = everything_opens()
    secret = sealing.open_secret(ProjectKey.objects.get(), sealing.data_key(full))

    done = rotate(now + timedelta(hours=1))

    full.refresh_from_db()
    assert (done.replaced, done.resealed, done.closed_values) == (1, before, [])
    assert everything_opens() == before == 7
    assert held(full) == {2} == {full.key_generation}
    assert sealing.open_secret(ProjectKey.objects.get(), sealing.data_key(full)) == secret
    opened = lookup.open_result(result=StoredResult.objects.get(run_id="run_stored1"), team=full)
    assert opened.output is not None
    assert opened.output.data == OUTPUT


def test_t10_a_new_master_key_wraps_and_the_old_one_can_be_dropped(
    full: Team, now: datetime, settings: Any
) -> None:
    before = {row.pk: bytes(row.sealed_output or b"") for row in ResultBody.objects.all()}
    settings.VAULT_KEYS = f"{K2},{K1}"
    old = {key.key_id: key for key in ring_report.status().master_keys}["k1"]
    assert (old.data_keys, old.values, old.can_be_dropped) == (1, 7, False)

    assert rotation.rewrap(by=None, now=now).rewrapped == 1
    assert rotation.rewrap(by=None, now=now).rewrapped == 0, "doing it again does nothing"

    old = {key.key_id: key for key in ring_report.status().master_keys}["k1"]
    assert (old.data_keys, old.values, old.can_be_dropped) == (0, 0, True)
    settings.VAULT_KEYS = K2
    assert everything_opens() == 7
    assert {row.pk: bytes(row.sealed_output or b"") for row in ResultBody.objects.all()} == before


def test_t10_a_worker_with_the_old_ring_fails_closed(
    full: Team, now: datetime, settings: Any
) -> None:
    settings.VAULT_KEYS = f"{K2},{K1}"
    rotate(now + timedelta(hours=1))
    before = list(ResultBody.objects.values()), list(Team.objects.values())

    settings.VAULT_KEYS = K1
    full.refresh_from_db()

    with pytest.raises(VaultError, match="no key k2"):
        sealing.data_key(full)
    assert lookup.open_result(result=StoredResult.objects.all()[0], team=full).locked
    done = rotate(now + timedelta(hours=2))
    assert (done.replaced, done.resealed, len(done.closed_teams)) == (0, 0, 1)
    assert (list(ResultBody.objects.values()), list(Team.objects.values())) == before
    assert ring_report.missing_key_ids() == ["k2"]
    assert KeyRotation.objects.under_way() is not None


def test_t10_half_way_through_both_generations_open_and_the_rest_goes_on(
    full: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(3))
    step = rotation._step

    def dying(*args: Any) -> Any:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return step(*args)

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_step", dying)
        with pytest.raises(KeyboardInterrupt):
            rotate(now + timedelta(hours=1))
    assert held(full) == {1, 2}
    assert everything_opens() == 7
    assert KeyRotation.objects.under_way() is not None

    done = rotate(now + timedelta(hours=1, minutes=5))

    full.refresh_from_db()
    assert (done.replaced, full.key_generation, held(full)) == (0, 2, {2})
    assert everything_opens() == 7
    assert KeyRotation.objects.under_way() is None


def test_a_replaced_key_is_kept_for_an_hour_and_while_a_value_needs_it(
    full: Team, now: datetime
) -> None:
    stale = Team.objects.get()
    start = now + timedelta(hours=1)
    rotate(start)
    assert FormerKey.objects.count() == 1
    # Somebody who had read the team before writes with the key of that moment.
    link = ShareLink.objects.get()
    link.sealed_token = sealing.data_key(stale).seal(
        b"late", purpose=sealing.TOKEN, row=str(link.pk)
    )
    link.save()
    assert held(full) == {1, 2}
    late = start + rotation.KEPT_FOR

    assert rotation.drop_unneeded(now=late) == 0
    full.refresh_from_db()
    assert sealing.open_token(link, sealing.data_key(full)) == "late"
    for _ in rotation.tidy_steps(now=late - timedelta(seconds=1)):
        pytest.fail("too early")
    for _ in rotation.tidy_steps(now=late):
        pass

    assert not FormerKey.objects.exists()
    link.refresh_from_db()
    assert sealing.open_token(link, sealing.data_key(full)) == "late"
    assert held(full) == {2}


def test_a_value_that_does_not_open_is_named_and_left_as_it_is(full: Team, now: datetime) -> None:
    body = ResultBody.objects.get(sealed_error__isnull=False)
    broken = make.damaged(body.sealed_error)
    ResultBody.objects.filter(pk=body.pk).update(sealed_error=broken)

    done = rotate(now + timedelta(hours=1))

    assert [one.what for one in done.closed_values] == [f"results.error {body.pk}"]
    body.refresh_from_db()
    assert bytes(body.sealed_error or b"") == broken
    assert rotation.drop_unneeded(now=now + timedelta(hours=3)) == 0
    assert held(full) == {1, 2}


def test_values_of_the_earlier_kind_open_and_are_sealed_anew(full: Team, now: datetime) -> None:
    key = ProjectKey.objects.get()
    earlier = earlier_kind(full, make.KEY.encode(), "keys.secret", str(key.pk))
    ProjectKey.objects.update(sealed_secret=earlier)
    key.refresh_from_db()
    assert sealing.open_secret(key, sealing.data_key(full)).reveal() == make.KEY
    assert held(full) == {1}

    rotate(now + timedelta(hours=1))

    key.refresh_from_db()
    full.refresh_from_db()
    assert held(full) == {2}
    assert sealing.open_secret(key, sealing.data_key(full)).reveal() == make.KEY
    assert key.fingerprint is not None


def earlier_kind(team: Team, plain: bytes, purpose: str, row: str) -> bytes:
    """As this program sealed before ciphertexts named a generation."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from results import vault

    key = vault._derived(sealing.data_key(team).key, purpose)
    nonce = b"n" * 12
    context = b"\x02" + f"runlens|{team.pk}|{purpose}|{row}".encode()
    return b"\x02" + nonce + AESGCM(key).encrypt(nonce, plain, context)


def test_a_wrapped_key_of_the_earlier_kind_opens_and_is_wrapped_anew(
    full: Team, now: datetime, settings: Any
) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = b"n" * 12
    context = f"runlens data key|{full.pk}|k1".encode()
    data_key = sealing.data_key(full).key
    wrapped = b"\x01" + nonce + AESGCM(b"1" * 32).encrypt(nonce, data_key, context)
    Team.objects.update(wrapped_key=wrapped)
    assert everything_opens() == 7

    settings.VAULT_KEYS = f"{K2},{K1}"
    rotation.rewrap(by=None, now=now)

    settings.VAULT_KEYS = K2
    assert everything_opens() == 7


def test_t10_a_wrapped_key_in_the_place_of_another_generation_does_not_open(
    full: Team, now: datetime
) -> None:
    rotate(now + timedelta(hours=1))
    former = FormerKey.objects.get()
    Team.objects.update(wrapped_key=former.wrapped_key)
    full.refresh_from_db()

    with pytest.raises(VaultError):
        sealing.data_key(full)


def test_a_step_reads_no_more_than_its_bound(
    full: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "STEP_BYTES", 1000)
    for number in range(6):
        make.make_result(team=full, run_id=f"run_big{number}", output=random_text(number))
    read: list[int] = []
    anew = rotation._sealed_anew

    def counting(column: Any, row: Any, opened: Any) -> Any:
        read.append(len(bytes(getattr(row, column.column))))
        return anew(column, row, opened)

    monkeypatch.setattr(rotation, "_sealed_anew", counting)
    with CaptureQueriesContext(connection) as queries:
        rotate(now + timedelta(hours=1))

    assert sum(read) > 5000
    steps = [query for query in queries if query["sql"].startswith(("BEGIN", "SAVEPOINT"))]
    assert len(steps) > 6
    for query in queries:
        assert (
            "sealed_output" not in query["sql"]
            or "SUBSTR" in query["sql"]
            or "UPDATE" in query["sql"]
        )
    assert everything_opens() == 13


def random_text(number: int) -> bytes:
    import random

    return base64.b64encode(random.Random(number).randbytes(700))


def test_a_new_generation_is_used_without_reading_the_team_again(full: Team, now: datetime) -> None:
    stale = Team.objects.get()
    rotate(now + timedelta(hours=1))

    opened = lookup.open_result(result=StoredResult.objects.all()[0], team=stale)

    assert not opened.locked


def test_the_usual_case_costs_no_query_for_other_generations(
    full: Team, django_assert_num_queries: Any
) -> None:
    result = StoredResult.objects.all()[0]

    with django_assert_num_queries(1):
        lookup.open_result(result=result, team=full)


def test_two_rotations_at_once_are_one(full: Team, now: datetime) -> None:
    KeyRotation.objects.create(began_at=now + timedelta(minutes=30))

    rotate(now + timedelta(hours=1))

    assert KeyRotation.objects.count() == 1
    rotate(now + timedelta(hours=2))
    full.refresh_from_db()
    assert (KeyRotation.objects.count(), full.key_generation) == (2, 3)
    assert everything_opens() == 7


def test_what_was_done_is_written_down(full: Team, now: datetime, settings: Any) -> None:
    settings.VAULT_KEYS = f"{K2},{K1}"
    rotate(now + timedelta(hours=1))
    rotation.drop_unneeded(now=now + timedelta(hours=3))

    events = AuditEvent.objects.filter(action__startswith="vault.").order_by("pk")
    assert [(one.action, one.subject) for one in events] == [
        ("vault.rewrapped", "acme by k2"),
        ("vault.data_key_replaced", "acme generation 2"),
        ("vault.data_key_dropped", "acme generation 1"),
    ]


def test_a_team_that_is_being_deleted_needs_no_key(full: Team, now: datetime) -> None:
    Team.objects.update(wrapped_key=b"", ring_key_id="")

    assert ring_report.status().is_whole
    assert ring_report.missing_key_ids() == []
    assert rotate(now + timedelta(hours=1)).closed_teams == []


def test_nothing_is_left_of_a_sighting_that_has_ended(full: Team, now: datetime) -> None:
    Sighting.objects.all().delete()

    assert rotate(now + timedelta(hours=1)).resealed == 6
