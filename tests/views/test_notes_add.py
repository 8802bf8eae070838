"""Writing a note on a run: sealed, for the team alone, and nothing that was typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from results.models import AuditEvent, Note, Team
from results.services import notes, sharing
from tests import make
from tests.views.strangers import assert_asks_for_sign_in, assert_hidden

PAGE = "/t/acme/runs/run_stored1/"
ADD = PAGE + "notes/add/"


@pytest.fixture(autouse=True)
def _looked_up(team: Team, alice: User) -> None:
    make.make_result(team=team)
    make.make_lookup(team=team, run_id="run_stored1", by=alice, now=make.NOW)


def test_it_works(as_alice: Client, as_bob: Client) -> None:
    response = as_alice.post(ADD, {"text": "Refunded the customer.\r\nSee ticket 12."})

    note = Note.objects.get()
    assert response["Location"] == f"{PAGE}#note-{note.pk}"
    for client in (as_alice, as_bob):
        page = client.get(PAGE).content.decode()
        assert "Refunded the customer.\nSee ticket 12." in page
        assert f'id="note-{note.pk}"' in page
        assert "<bdi>alice</bdi>" in page
    assert b"Refunded" not in bytes(note.sealed_text)
    event = AuditEvent.objects.get(action="note.added")
    assert (event.actor, event.subject) == ("alice", "run_stored1")


def test_it_hides_from_strangers(as_charlie: Client) -> None:
    assert_hidden(as_charlie, ADD)
    assert_hidden(as_charlie, ADD, method="post")
    assert not Note.objects.exists()


def test_it_asks_for_sign_in(client: Client) -> None:
    assert_asks_for_sign_in(client, ADD)


def test_a_viewer_reads_and_does_not_write(as_bob: Client, as_alice: Client) -> None:
    assert b'id="notes"' not in as_bob.get(PAGE).content
    as_alice.post(ADD, {"text": "for everybody"})

    page = as_bob.get(PAGE).content
    assert b"for everybody" in page
    assert b"notes/add" not in page
    assert b"Delete this note" not in page
    assert as_bob.post(ADD, {"text": "x"}).status_code == 403
    assert as_bob.get(ADD).status_code == 403


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The note is empty"),
        (" \r\n\t ", "The note is empty"),
        ("x" * 4_001, "That is 4001 characters; 4000 is the most"),
    ],
)
def test_bad_input_is_explained_and_kept(as_alice: Client, text: str, words: str) -> None:
    response = as_alice.post(ADD, {"text": text})

    assert response.status_code == 400
    assert words in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not Note.objects.exists()


def test_four_thousand_characters_of_many_lines_fit(as_alice: Client) -> None:
    assert as_alice.post(ADD, {"text": "a\r\n" * 1_999 + "bb"}).status_code == 302


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("pay \u202eEUR\u202c", 'title="U+202E"'),
        ("a\x00b\x1b[31mred", "\u2400"),
        ("{{ page }}{% now %}", "{{ page }}{% now %}"),
        ("zero\u200bwidth", 'title="U+200B"'),
    ],
)
def test_hostile_text_is_text(as_alice: Client, text: str, shown: str) -> None:
    assert as_alice.post(ADD, {"text": text}).status_code == 302

    page = as_alice.get(PAGE).content.decode()
    assert shown in page
    assert "<script>alert" not in page


def test_a_run_that_has_not_finished_has_notes_too(
    as_alice: Client, alice: User, team: Team
) -> None:
    make.make_sighting(team=team, run_id="run_busy", now=timezone.now())
    make.make_lookup(team=team, run_id="run_busy", by=alice, now=make.NOW)

    as_alice.post("/t/acme/runs/run_busy/notes/add/", {"text": "waiting for the bank"})

    page = as_alice.get("/t/acme/runs/run_busy/").content.decode()
    assert "waiting for the bank" in page
    # What refreshes itself is left alone by what is being typed, and the other way round.
    assert page.index("</section>") < page.index('id="notes"')
    panel = as_alice.get("/t/acme/runs/run_busy/panel/", headers={"HX-Request": "true"})
    assert b"waiting for the bank" not in panel.content


def test_a_run_that_nobody_looked_at_has_none(as_alice: Client) -> None:
    for method in (as_alice.get, as_alice.post):
        assert method("/t/acme/runs/run_never/notes/add/", {"text": "x"}).status_code == 404


def test_no_shared_page_document_or_ticket_holds_a_note(
    as_alice: Client, client: Client, alice: User, team: Team
) -> None:
    as_alice.post(ADD, {"text": "CANARYNOTE"})
    row: Any = sharing.share(result=team.results.get(), by=alice, now=timezone.now())

    for address in (f"/s/{row.token}/", "/t/acme/runs/run_stored1.json", PAGE + "ticket/"):
        reader = client if address.startswith("/s/") else as_alice
        response = reader.get(address)
        assert response.status_code == 200
        assert b"CANARYNOTE" not in response.content
        assert b"Notes" not in response.content


def test_one_too_many_is_refused_with_the_text_kept(
    as_alice: Client, alice: User, team: Team
) -> None:
    for _ in range(notes.MOST):
        notes.add(team=team, run_id="run_stored1", text="x", by=alice, now=make.NOW)

    response = as_alice.post(ADD, {"text": "one more"})

    assert response.status_code == 400
    assert "100 notes, which is the most" in response.content.decode()
    assert "one more" in response.content.decode()
    assert b"which is the most" in as_alice.get(PAGE).content


def test_a_wrong_ring_keeps_nothing_and_says_so(as_alice: Client, settings: Any) -> None:
    as_alice.post(ADD, {"text": "CANARYNOTE"})
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = as_alice.post(ADD, {"text": "typed in vain"})
    page = as_alice.get(PAGE).content.decode()

    assert response.status_code == 400
    assert "typed in vain" in response.content.decode()
    assert "could not be sealed" in response.content.decode()
    assert "This note cannot be opened" in page
    assert "CANARYNOTE" not in page


def rotate(client: Client) -> None:
    """What signing in does to the forms that were opened before."""
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32


HX = {
    "HX-Request": "true",
    "HX-Target": "typed-told",
    "HX-Current-URL": f"http://testserver{PAGE}?view=text",
}


def test_a_form_that_stays_on_its_page_is_led_to_the_note(as_alice: Client) -> None:
    response = as_alice.post(ADD, {"text": "typed"}, headers=HX)

    assert response["HX-Redirect"] == f"{PAGE}#note-{Note.objects.get().pk}"
    assert response["HX-Refresh"] == "true"
    elsewhere = HX | {"HX-Current-URL": f"http://testserver{ADD}"}
    assert "HX-Refresh" not in as_alice.post(ADD, {"text": "typed"}, headers=elsewhere)


def test_without_a_session_the_page_stays_and_says_so_beside_the_field(client: Client) -> None:
    response = client.post(ADD, {"text": "typed"}, headers=HX)

    text = response.content.decode()
    assert response.status_code == 401
    assert "HX-Redirect" not in response
    assert "What you typed is still here" in text
    assert 'target="_blank"' in text
    assert f"next={PAGE}" in text
    assert not Note.objects.exists()


def test_a_form_of_an_earlier_sign_in_is_given_what_it_needs_to_be_sent_again(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    refused = client.post(ADD, {"text": "typed"}, headers=HX)

    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', refused.content.decode())
    assert refused.status_code == 401
    assert "press the button again" in refused.content.decode()
    assert token
    assert not Note.objects.exists()
    again = {"text": "typed", "csrfmiddlewaretoken": ["stale", token[1]]}
    assert "HX-Redirect" in client.post(ADD, again, headers=HX)
    assert Note.objects.count() == 1


def test_without_script_what_was_typed_comes_back_until_it_is_kept(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    ours = {"Origin": "http://testserver", "Referer": f"http://testserver{PAGE}"}
    client.get("/accounts/login/")
    typed = {"text": "\n\tRefunded <b>them</b>.", "csrfmiddlewaretoken": ""}

    def send() -> Any:
        answer = client.post(ADD, typed, headers=ours)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)
        typed["csrfmiddlewaretoken"] = token[1] if token else ""
        return answer

    for _ in range(2):
        signed_out = send()
        assert signed_out.status_code == 401
        assert "You are signed out" in signed_out.text
        assert f"next={PAGE}" in signed_out.text
        assert "<textarea" in signed_out.text
        assert ">\n\n\tRefunded &lt;b&gt;them&lt;/b&gt;.</textarea>" in signed_out.text
        assert "acme" not in signed_out.text.replace(ADD, "").replace(PAGE, "")
    client.force_login(alice)
    rotate(client)
    anew = send()
    assert anew.status_code == 403
    assert "You signed in anew" in anew.text
    assert not Note.objects.exists()

    assert send().status_code == 302

    assert Note.objects.count() == 1


def test_nobody_elses_words_come_back(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    for signs_in in (False, True):
        if signs_in:
            client.force_login(alice)
        for origin in ("https://evil.example", "null", None):
            headers = {"Origin": origin} if origin else {}
            refused = client.post(ADD, {"text": "CANARYWORDS"}, headers=headers)
            assert refused.status_code == 403
            assert "CANARYWORDS" not in refused.text


def test_what_is_refused_is_explained_beside_the_field_alone(as_alice: Client) -> None:
    response = as_alice.post(ADD, {"text": " "}, headers=HX)

    assert response.content.decode().strip() == (
        '<p class="error" role="alert">The note is empty.</p>'
    )
