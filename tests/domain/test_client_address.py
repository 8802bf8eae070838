"""Whose address a request is from: the peer's, or the one that the last trusted proxies have seen."""

from __future__ import annotations

import pytest

from results.domain.client_address import client_address, network

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "told"),
    [
        (0, "", PEER),
        (0, "203.0.113.9", PEER),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9,10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", PEER),
        (1, "", PEER),
        (1, "203.0.113.9, unknown", PEER),
        (1, "203.0.113.9, ", PEER),
        (1, "tr_dev_AbcdefgH12345678", PEER),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%<b>\r\n", "fe80::1"),
        (1, "203.0.113.9\x1b[0m", PEER),
        (1, "999.1.1.1", PEER),
    ],
)
def test_t24_the_address_is_the_one_that_was_seen_and_not_the_one_that_was_said(
    proxies: int, forwarded: str, told: str
) -> None:
    assert client_address(peer=PEER, forwarded=forwarded, proxies=proxies) == told


@pytest.mark.parametrize("peer", ["", "unix:", "localhost"])
def test_a_peer_without_an_address_has_none(peer: str) -> None:
    assert client_address(peer=peer, forwarded="", proxies=0) == ""


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("nowhere", ""),
    ],
)
def test_tries_are_counted_for_whoever_has_the_address(address: str, told: str) -> None:
    assert network(address) == told
