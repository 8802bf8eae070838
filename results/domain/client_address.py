"""Which address a request came from, through a known number of proxies; it knows no request."""

from __future__ import annotations

import ipaddress
import re

_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")


def client_address(*, peer: str, forwarded: str, proxies: int) -> str:
    """Return the address of whoever asked, or nothing when no address is known.

    ``peer`` is the other end of the connection. Behind ``proxies`` trusted proxies, each of which
    adds the address that it was asked from to X-Forwarded-For, it is that many places from the right
    of ``forwarded``: what stands further left was said by the client. Where there is no address in
    that place, the request did not come that way and the peer is the truth.
    """
    if proxies:
        places = forwarded.split(",")
        told = _address(places[-proxies]) if len(places) >= proxies else ""
        if told:
            return told
    return _address(peer)


def _address(text: str) -> str:
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        # What follows a percent sign names an interface, in any characters.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def network(address: str) -> str:
    """Return whom to count tries for: an IPv4 address, or the /64 that one IPv6 client has for itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
