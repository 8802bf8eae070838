"""Downloads of an output: byte for byte as it was sent, or clean JSON, and never shown by a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from results.domain.status import State
from results.models import StoredResult, Team
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

OUTPUT = "/t/acme/runs/run_stored1/output"


def download(client: Client, form: str) -> Any:
    return client.get(OUTPUT, {"as": form})


def test_it_works(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    response = download(as_bob, "json")

    assert response.status_code == 200
    assert json.loads(response.content) == {"sum": 3}


def test_it_hides_from_strangers(as_charlie: Client, team: Team) -> None:
    make.make_result(team=team)

    assert_hidden(as_charlie, OUTPUT + "?as=raw")
    assert_hidden(as_charlie, OUTPUT)


def test_it_asks_for_sign_in(client: Client, team: Team) -> None:
    assert_asks_for_sign_in(client, OUTPUT + "?as=raw")


@pytest.mark.parametrize(
    "sent",
    [
        b'{"n":1.10,"big":12345678901234567890}',
        b"a\x00b\r\n\x1b[31m\xef\xbb\xbf",
        "half \ud800 emoji \U0001f600".encode("utf-8", "surrogatepass"),
        b"\xff\xfe\xfd",
        b"x" * 1_000_000,
        b"<script>alert(1)</script>",
        b"",
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/html", None])
def test_raw_is_byte_for_byte_what_was_sent(
    as_bob: Client, team: Team, sent: bytes, kind: str | None
) -> None:
    make.make_result(team=team, output=sent, output_type=kind)

    response = download(as_bob, "raw")

    assert response.content == sent
    assert response["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("form", "name"), [("raw", "output.txt"), ("json", "output.json")])
def test_a_browser_keeps_it_and_never_shows_it(
    as_bob: Client, team: Team, form: str, name: str
) -> None:
    make.make_result(team=team, output=b"<script>", output_type="text/html")

    response = download(as_bob, form)

    assert response["Content-Disposition"] == f'attachment; filename="run_stored1.{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "html" not in response["Content-Type"]


def test_json_keeps_the_spelling_of_every_number(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b"[1.10,12345678901234567890123,1e400,-0.0]")

    body = download(as_bob, "json").content

    assert b"".join(body.split()) == b"[1.10,12345678901234567890123,1e400,-0.0]"


@pytest.mark.parametrize("form", ["csv", "html", "", "RAW", "raw\x00", "../../etc/passwd"])
def test_another_form_is_not_there(as_bob: Client, team: Team, form: str) -> None:
    make.make_result(team=team)

    assert download(as_bob, form).status_code == 404


@pytest.mark.parametrize("form", ["raw", "json"])
def test_what_returned_nothing_has_no_download(as_bob: Client, team: Team, form: str) -> None:
    make.make_result(team=team, output=None, output_type=None)
    assert download(as_bob, form).status_code == 404

    StoredResult.objects.all().delete()
    make.make_result(team=team, state=State.FAILED, error=b'{"message":"no"}')
    assert download(as_bob, form).status_code == 404

    StoredResult.objects.all().delete()
    assert download(as_bob, form).status_code == 404


def test_undefined_has_no_json_but_its_bytes(as_bob: Client, team: Team) -> None:
    sent = b'{"json":null,"meta":{"values":["undefined"]}}'
    make.make_result(team=team, output=sent, output_type="application/super+json")

    assert download(as_bob, "raw").content == sent
    assert download(as_bob, "json").status_code == 404


def test_a_wrong_ring_opens_no_download(as_bob: Client, team: Team, settings: Any) -> None:
    make.make_result(team=team)
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = download(as_bob, "raw")

    assert response.status_code == 302
    assert response["Location"] == "/t/acme/runs/run_stored1/"


LIST = b'[{"a":"=1+1","b":-2},{"a":"@x","b":9223372036854775808},{"a":"two\\nlines \\"q\\""}]'


def test_a_list_of_objects_is_csv_that_runs_no_formula_and_rounds_no_number(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=LIST)

    response = as_bob.get("/t/acme/runs/run_stored1/output?as=csv")

    assert response.content.decode("utf-8-sig") == (
        'a,b\r\n\'=1+1,-2\r\n\'@x,\'9223372036854775808\r\n"two\nlines ""q""",\r\n'
    )
    assert response["Content-Disposition"] == 'attachment; filename="run_stored1.output.csv"'
    assert response["Content-Type"].startswith("text/csv")


def test_csv_for_spreadsheets_that_expect_semicolons(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'[{"a":1,"b":2}]')

    response = as_bob.get("/t/acme/runs/run_stored1/output", {"as": "csv;"})

    assert response.content.decode("utf-8-sig") == "a;b\r\n1;2\r\n"


SOLD = b'{"items":[{"a":"north","b":1},{"a":"south","b":2}],"in text":"[{\\"a\\":\\"=x\\"}]"}'


def test_a_list_inside_the_output_is_csv_with_its_name(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=SOLD)

    response = as_bob.get("/t/acme/runs/run_stored1/output?as=csv&at=/items")

    assert response.content.decode("utf-8-sig") == "a,b\r\nnorth,1\r\nsouth,2\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="run_stored1.items.csv"'


def test_only_the_rows_that_hold_a_text_are_csv_where_one_is_looked_for(
    as_bob: Client, team: Team
) -> None:
    make.make_result(team=team, output=SOLD)
    asked = {"as": "csv;", "at": "/items", "rows": "SOUTH", "column": "1"}

    response = as_bob.get("/t/acme/runs/run_stored1/output", asked)

    assert response.content.decode("utf-8-sig") == "a;b\r\nsouth;2\r\n"


def test_a_list_in_a_text_runs_no_formula_either(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=SOLD)

    response = as_bob.get("/t/acme/runs/run_stored1/output", {"as": "csv", "in": "/in text"})

    assert response.content.decode("utf-8-sig") == "a\r\n'=x\r\n"


@pytest.mark.parametrize(
    "part",
    [
        {"at": "/nothing"},
        {"at": "items"},
        {"in": "/nothing"},
        {"in": ["/in text"] * 6},
        {"of": "payload"},
        {"of": "metadata"},
        {"of": "x"},
    ],
)
def test_what_is_not_in_the_output_has_no_csv(
    as_alice: Client, team: Team, part: dict[str, Any]
) -> None:
    make.make_result(team=team, output=SOLD, details=b'{"payload":[{"a":1}],"metadata":[{"a":1}]}')

    address = "/t/acme/runs/run_stored1/output"
    assert as_alice.get(address, {"as": "csv", **part}).status_code == 404


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a b/c", "a-b-c"),
        ("..", "output"),
        ('"\r\nX: 1', "X-1"),
        ("ü" * 99, "output"),
        ("x" * 99, "x" * 40),
    ],
)
def test_the_name_of_a_list_makes_no_strange_file(
    as_bob: Client, team: Team, name: str, file: str
) -> None:
    make.make_result(team=team, output=json.dumps({name: [{"a": 1}]}).encode())
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")

    response = as_bob.get("/t/acme/runs/run_stored1/output", {"as": "csv", "at": pointer})

    assert response["Content-Disposition"] == f'attachment; filename="run_stored1.{file}.csv"'


def test_what_is_no_list_of_objects_has_no_csv(as_bob: Client, team: Team) -> None:
    make.make_result(team=team, output=b'{"a":1}')

    assert as_bob.get("/t/acme/runs/run_stored1/output?as=csv").status_code == 404


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b'one\n"two"', "text/plain"),
        (b'"one\\n\\"two\\""', "application/json"),
        (b'{"json":"one\\n\\"two\\""}', "application/super+json"),
    ],
)
def test_a_text_is_given_out_without_the_quotes_it_came_in(
    as_bob: Client, team: Team, sent: bytes, kind: str
) -> None:
    make.make_result(team=team, output=sent, output_type=kind)

    response = download(as_bob, "text")

    assert response.content == b'one\n"two"'
    assert response["Content-Disposition"] == 'attachment; filename="run_stored1.output.txt"'


def test_what_is_no_text_is_not_given_out_as_one(as_bob: Client, team: Team) -> None:
    make.make_result(team=team)

    assert download(as_bob, "text").status_code == 404
