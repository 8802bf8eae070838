"""A browser learns how to look a run up from its address bar; it learns nothing of any team."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from django.test import Client

from results.models import Team

NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_it_works(client: Client, db: None) -> None:
    response = client.get("/opensearch.xml")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    found = ET.fromstring(response.content).find(f"{NAMESPACE}Url")  # noqa: S314  our own text
    assert found is not None
    assert found.get("template") == "http://testserver/?q={searchTerms}"


def test_it_hides_every_team(client: Client, team: Team) -> None:
    assert team.name.encode() not in client.get("/opensearch.xml").content


def test_it_asks_nobody_to_sign_in_and_pages_point_at_it(client: Client, as_alice: Client) -> None:
    assert b'href="/opensearch.xml"' in as_alice.get("/").content
    assert client.get("/opensearch.xml").status_code == 200
