"""Run ids and keys: how they are found in what people paste, and that a secret never shows itself."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.identity import (
    ApiKey,
    Environment,
    NotAnApiKeyError,
    NotARunIdError,
    RunId,
    Secret,
    read_pasted,
)

RUN = "run_c3nrqvmulj2qvy1m73do4oi3n"
OTHER = "run_06gvekr63im50ciombdfvdshw2"
KEY = "tr_prod_SandboxKeyProd0000000001"


@pytest.mark.parametrize(
    "text",
    [
        RUN,
        f"  {RUN}\n",
        f'"{RUN}"',
        f"https://cloud.trigger.dev/orgs/acme/projects/shop-1/env/prod/runs/{RUN}",
        f"https://cloud.trigger.dev/runs/{RUN}?span=1#x",
        f"https://api.trigger.dev/api/v1/runs/{RUN}/result",
        f"curl https://api.trigger.dev/api/v3/runs/{RUN} -H 'Accept: */*'",
        f"https://go.example.com/?to=https%3A%2F%2Fcloud.trigger.dev%2Fruns%2F{RUN}%3Fspan%3D1",
        f'{{"level":"error","msg":"failed\\n{RUN}\\n"}}',
        f"2026-11-23T12:00:00Z ERROR task report {RUN}: TypeError",
        f"runId={RUN}&x=1",
        f"({RUN})",
        f"„{RUN}“",
        f"https://cloud.trigger.dev/orgs/acme/projects/v3/shop-1/runs/{RUN}",
        f"https://cloud.trigger.dev/projects/v3/proj_abc/runs/{RUN}",
        f"https://cloud.trigger.dev/@/runs/{RUN}",
        f"https://cloud.trigger.dev/resources/runs/{RUN}/logs/download",
        f"https://cloud.trigger.dev/runs/{RUN}?linkedRunId={OTHER}&span=0123456789abcdef",
        f"https://cloud.trigger.dev/runs/{RUN}#{OTHER}",
        f"https://api.trigger.dev/realtime/v1/runs/{RUN}",
        f"{RUN}-1/output.json",
        f"{RUN}.1 completed",
        f"task-{RUN}-attempt-1",
        f'{{"id":"{RUN}","taskIdentifier":"report"}}',
        f"\x1b[32m{RUN}\x1b[0m done",
        f"\x1b[1;38;5;196m{RUN}\x1b[0m",
        f'{{"msg":"\\u001b[32m{RUN}\\u001b[39m"}}',
        f"\\x1b[32m{RUN}\\033[0m \\e[1m",
        f"\ufeff{RUN}\u200b",
        f"\\u0022{RUN}\\u0022",
        f"\\u003c{RUN}\\u003e",
        f"\\x22{RUN}\\x22",
        f"https://go.example.com/?to=https%253A%252F%252Fcloud.trigger.dev%252Fruns%252F{RUN}%253Fspan",
        RUN.replace("_", "\\_"),
        f"\x1b[01;31mrun_\x1b[m{RUN[4:]}",
    ],
)
def test_an_id_is_found_in_anything_that_holds_it(text: str) -> None:
    assert read_pasted(text).run_ids == (RUN,)


def test_several_ids_are_kept_in_order_and_each_once() -> None:
    pasted = read_pasted(f"{OTHER}, {RUN}\n{OTHER}")

    assert pasted.run_ids == (OTHER, RUN)


@pytest.mark.parametrize(
    "text",
    [
        f'level=error run_id={RUN} msg="failed"',
        f'{{"level":"error","run_id":"{RUN}","run_status":"failed"}}',
        f"run_ids: [{RUN}]",
        f"run_id,run_started,task\n{RUN},12:00,report",
    ],
)
def test_the_name_that_a_log_gives_to_ids_is_none(text: str) -> None:
    assert read_pasted(text).run_ids == (RUN,)


def test_short_ids_as_documents_show_them_are_found_beside_a_name() -> None:
    assert read_pasted("run_id=run_1234").run_ids == (RunId("run_1234"),)
    assert read_pasted("run_1234 run_abc").run_ids == ("run_1234", "run_abc")


def test_a_name_without_an_id_is_said_to_be_one() -> None:
    pasted = read_pasted('{"run_id": null}')

    assert pasted.run_ids == ()
    assert "the name of a field" in (pasted.hint or "")


def test_the_case_of_an_id_is_kept() -> None:
    assert read_pasted("run_AbC123").run_ids == ("run_AbC123",)


@pytest.mark.parametrize("environment", ["dev", "stg", "prod", "preview"])
def test_the_environment_of_a_dashboard_address_is_a_hint(environment: str) -> None:
    pasted = read_pasted(f"https://x.dev/orgs/a/projects/p/env/{environment}/runs/{RUN}")

    assert pasted.environment_hint == environment


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"Authorization: Bearer {KEY}",
        f'{{"log":"key\\n{KEY}"}}',
        f'{{"log":"key \\u0022{KEY}\\u0022"}}',
        KEY.replace("_", "\\_"),
        f"https://x.dev/?to=a%253D{KEY}",
        "tr_pat_abcdefghijklmnop",
        "pk_dev_abcdefghijklmnop",
        "tr_prod_sk_SandboxKeyScoped00000001",
        f"\x1b[31m{KEY}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlbnYifQ.c2lnbmF0dXJl",
    ],
)
def test_a_key_alone_is_said_to_be_one(text: str) -> None:
    pasted = read_pasted(text)

    assert pasted.holds_secret
    assert pasted.run_ids == ()
    assert "looks like an API key" in (pasted.hint or "")
    assert KEY not in (pasted.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        f"{RUN} with {KEY}",
        f"Authorization=Bearer%20{KEY}&run={RUN}",
        f'{{"log":"key\\n{KEY}"}} {RUN}',
        f"curl -H 'Authorization: Bearer {KEY}' https://api.trigger.dev/api/v1/runs/{RUN}/result",
    ],
)
def test_a_run_beside_a_key_is_found_and_its_owner_can_be_told(text: str) -> None:
    pasted = read_pasted(text)

    assert pasted.run_ids == (RUN,)
    assert pasted.holds_secret
    assert pasted.holds_key
    assert pasted.environment_hint == "prod"


def test_what_a_trigger_call_returns_holds_a_token_that_alarms_nobody() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJwdWIiOnRydWV9.c2lnbmF0dXJl"

    pasted = read_pasted(f'{{"id":"{RUN}","publicAccessToken":"{token}"}}')

    assert pasted.run_ids == (RUN,)
    assert (pasted.holds_secret, pasted.holds_key) == (True, False)


def test_a_personal_token_is_called_one_and_cut_out_beside_a_run() -> None:
    token = "runlens_" + "Ab-_" * 10 + "xyz"
    command = f'curl -H "Authorization: Bearer {token}" https://x.example/t/a/runs/run_abc1.json'

    alone, beside = read_pasted(token), read_pasted(command)

    assert alone.hint is not None
    assert "personal token" in alone.hint
    assert alone.holds_secret
    assert (beside.run_ids, beside.holds_secret, beside.holds_key) == (("run_abc1",), True, False)


def test_a_key_that_looks_like_it_holds_a_run_is_a_key() -> None:
    assert read_pasted("tr_prod_run_abcdefghijklmnop").run_ids == ()


def test_addresses_of_two_environments_hint_at_neither() -> None:
    address = "https://cloud.trigger.dev/orgs/o/projects/p/env/{}/runs/{}"

    pasted = read_pasted(f"{address.format('dev', RUN)} {address.format('prod', OTHER)}")

    assert pasted.run_ids == (RUN, OTHER)
    assert pasted.environment_hint == ""


def test_the_environment_of_a_branch_is_a_hint_too() -> None:
    pasted = read_pasted(f"https://x.dev/orgs/a/projects/p/env/preview-feature-x/runs/{RUN}")

    assert pasted.environment_hint == "preview"


@pytest.mark.parametrize(
    "text",
    [
        *("run_4xr9…pbxp", "run_4xr9...pbxp", "run_4xr9..", "run_4xr9…", "see (run_4xr9…pbxp)"),
        *("https://x.dev/runs/run_4xr9…pbxp", "run_4xr9…pbxp run_4xr9…pbxp", "run_4xr9….pbxp"),
    ],
)
def test_a_shortened_id_is_called_so_and_names_no_run(text: str) -> None:
    pasted = read_pasted(text)

    assert pasted.run_ids == ()
    assert "run_4xr9" in (pasted.hint or "")
    assert "looks shortened" in (pasted.hint or "")


def test_whole_ids_beside_a_shortened_one_are_found() -> None:
    pasted = read_pasted(f"run_4xr9…pbxp, run_7aaa…bbbb, {RUN}")

    assert pasted.run_ids == (RUN,)
    assert pasted.hint is None
    assert pasted.shortened_hint.startswith("run_4xr9…pbxp and 1 more look shortened")


@pytest.mark.parametrize(
    "text", [f"{RUN}...", f"waiting for {RUN}… done", f"{RUN[:8]}…{RUN[-4:]} {RUN}"]
)
def test_a_whole_id_before_dots_is_no_shortened_one(text: str) -> None:
    pasted = read_pasted(text)

    assert (pasted.run_ids, pasted.shortened) == ((RUN,), ())


def test_dots_between_two_ids_shorten_neither() -> None:
    assert read_pasted("run_a1...run_b2").run_ids == ("run_a1", "run_b2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste a run id"),
        (" \n\t", "Paste a run id"),
        ("batch_abc123", "a batch id"),
        ("see waitpoint_abc123", "a waitpoint id"),
        ("run_" + "a" * 65, "far too long"),
        ("run_", "letters and digits"),
        ("RUN_abc", "letters and digits"),
        ("https://cloud.trigger.dev/orgs/a/projects/b", "no run id in that address"),
        ("hello", "starts with run_"),
    ],
)
def test_text_without_an_id_gets_a_helpful_word(text: str, words: str) -> None:
    pasted = read_pasted(text)

    assert pasted.run_ids == ()
    assert words in (pasted.hint or "")


@given(st.text(max_size=300))
def test_reading_never_raises_and_finds_ids_or_says_why_not(text: str) -> None:
    pasted = read_pasted(text)

    assert bool(pasted.run_ids) != bool(pasted.hint)


@given(st.from_regex(r"run_[0-9A-Za-z]{1,64}", fullmatch=True))
def test_every_id_that_parses_is_found_again(text: str) -> None:
    assert read_pasted(RunId.parse(text)).run_ids == (text,)


@pytest.mark.parametrize(
    "text", ["", "run_", "run_a b", "run_ä", "run_a\n", "RUN_a", "run_" + "a" * 65]
)
def test_text_that_is_not_exactly_an_id_does_not_parse(text: str) -> None:
    with pytest.raises(NotARunIdError):
        RunId.parse(text)


@pytest.mark.parametrize(
    ("text", "environment", "prefix"),
    [
        ("tr_dev_abcdefghij0123456789", Environment.DEV, "tr_dev_"),
        ("tr_stg_abcdefghij0123456789ABCD", Environment.STAGING, "tr_stg_"),
        (f" {KEY}\n", Environment.PROD, "tr_prod_"),
        ("tr_preview_abcdefghij0123456789", Environment.PREVIEW, "tr_preview_"),
        ("tr_prod_sk_abcdefghij0123456789", Environment.PROD, "tr_prod_sk_"),
    ],
)
def test_a_key_tells_its_environment_and_no_more_than_its_ends(
    text: str, environment: Environment, prefix: str
) -> None:
    key = ApiKey.parse(text)

    assert key.environment is environment
    assert key.prefix == prefix
    assert key.last_four == text.strip()[-4:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pk_dev_abcdefghijklmnop", "public key"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.x", "public key or token"),
        ("tr_pat_abcdefghijklmnop", "personal"),
        ("tr_dev_short", "not spelt like"),
        ("tr_dev_abcdefgh ijkl", "not spelt like"),
        ("tr_dev_abcdefgh\r\nX-Evil: 1", "not spelt like"),
        ("", "not spelt like"),
    ],
)
def test_what_is_no_key_is_refused_without_repeating_it(text: str, words: str) -> None:
    with pytest.raises(NotAnApiKeyError) as refusal:
        ApiKey.parse(text)

    assert words in str(refusal.value)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda key: f"{key}",
        lambda key: f"{key:>60}",
        lambda key: f"{key!r} {key!s}",
        lambda key: "%s" % key,  # noqa: UP031  an old way to print is a way too
        lambda key: str([key]),
        lambda key: str({"key": key}),
        lambda key: str(KeyError(key)),
    ],
)
def test_a_secret_shows_itself_in_no_text(show: object) -> None:
    assert callable(show)
    shown = show(ApiKey.parse(KEY))

    assert "••••" in shown
    assert KEY[8:] not in shown


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, bytes, vars])
def test_a_secret_can_be_neither_pickled_nor_copied_nor_encoded(take: object) -> None:
    assert callable(take)
    with pytest.raises(TypeError) as refusal:
        take(ApiKey.parse(KEY))

    assert KEY not in str(refusal.value)


def test_equal_secrets_are_equal_and_others_are_not() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e\u200b"])
def test_what_nobody_sees_cuts_no_id_and_joins_no_two(unseen: str) -> None:
    cut = RUN[:12] + unseen + RUN[12:]

    assert read_pasted(cut).run_ids == (RUN,)
    assert read_pasted(f"{unseen}{RUN}{unseen}{OTHER}{unseen}").run_ids == (RUN, OTHER)
    assert read_pasted(f"tr_pr{unseen}od_abcdefghijklmnop").holds_secret
