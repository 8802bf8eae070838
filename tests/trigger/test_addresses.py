"""Which addresses may be asked, decided by their spelling; nothing is connected or resolved here."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.problems import AddressRefused
from results.trigger.addresses import AddressRules, is_public

RULES = AddressRules(
    "api.trigger.dev",
    ("trigger.internal:3040", "10.1.2.3", "::1", "Plain.Example", "[fd00::5]:8030"),
    ("minio.internal:9000", ".amazonaws.com", "store.example"),
)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.trigger.dev",
        "https://API.trigger.dev/",
        "http://trigger.internal:3040",
        "https://trigger.internal:3040/base",
        "http://10.1.2.3",
        "http://10.1.2.3:8030",
        "http://plain.example:81",
        "http://[::1]:3040",
        "http://[0:0:0:0:0:0:0:1]:3040",
        "http://[fd00::5]:8030",
    ],
)
def test_a_key_may_be_sent_to_the_default_host_and_to_listed_ones(url: str) -> None:
    RULES.check_api(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.trigger.dev",
        "https://api.trigger.dev:444",
        "https://api.trigger.dev.",
        "https://api.trigger.dev.evil.example",
        "https://evil.example/api.trigger.dev",
        "https://api.trigger.dev@evil.example",
        "https://user:pw@api.trigger.dev",
        "https://:pw@api.trigger.dev",
        "https://evil.example#api.trigger.dev",
        "https://evil.example\\api.trigger.dev",
        "https://evil.example?.api.trigger.dev",
        "//api.trigger.dev",
        "api.trigger.dev",
        "ftp://api.trigger.dev",
        "file:///etc/passwd",
        "gopher://api.trigger.dev",
        "javascript:alert(1)",
        "https://",
        "https://api.trigger.dev:0",
        "https://api.trigger.dev:99999",
        "https://api.trigger.dev:x",
        "https://api.trigger.dev\n",
        "https://api.trigger.dev\t/",
        " https://api.trigger.dev",
        "https://api\u3002trigger\u3002dev",
        "https://\uff41pi.trigger.dev",
        "http://trigger.internal:3041",
        "http://trigger.internal",
        "http://[fd00::5]",
        "http://[::1",
        "http://store.example",
        "https://x.amazonaws.com",
    ],
)
def test_a_key_is_sent_nowhere_else(url: str) -> None:
    with pytest.raises(AddressRefused):
        RULES.check_api(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.eu-west-1.amazonaws.com/a%2Fb?X-Amz-Signature=1",
        "https://bucket.amazonaws.com:8443/",
        "http://minio.internal:9000/packets/x",
        "http://store.example/x",
    ],
)
def test_an_output_may_be_fetched_from_a_listed_store(url: str) -> None:
    RULES.check_store(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket.amazonaws.com/",
        "https://bucket.amazonaws.com:9000/",
        "https://amazonaws.com/",
        "https://evilamazonaws.com/",
        "https://amazonaws.com.evil.example/",
        "https://x.amazonaws.com@evil.example/",
        "https://evil.example/.amazonaws.com",
        "https://evil.example%2f.amazonaws.com\x00/",
        "http://minio.internal:9001/",
        "https://api.trigger.dev/x",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_an_output_is_fetched_from_nowhere_else(url: str) -> None:
    with pytest.raises(AddressRefused):
        RULES.check_store(url)


def test_only_a_host_that_was_named_whole_may_be_private() -> None:
    private = [
        "trigger.internal",
        "MINIO.internal",
        "10.1.2.3",
        "::1",
        "0:0:0:0:0:0:0:1",
        "fd00::5",
        "store.example",
    ]
    assert all(map(RULES.may_be_private, private))
    for host in ("x.amazonaws.com", "api.trigger.dev", "10.1.2.4", "::2", "", "evil.example"):
        assert not RULES.may_be_private(host)


@pytest.mark.parametrize("entry", ["[::1", "host:port", "", ":", "//", "http://x.example", "a b"])
def test_a_malformed_entry_lists_nothing_and_breaks_nothing(entry: str) -> None:
    rules = AddressRules("api.trigger.dev", (entry,), (entry,))

    rules.check_api("https://api.trigger.dev")
    assert not rules.may_be_private("")
    for url in ("http://127.0.0.1", "http://host", "http://host:1", "https://x.example"):
        with pytest.raises(AddressRefused):
            rules.check_api(url)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104  a spelling of loopback, bound by nobody
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "localhost",
        "",
    ],
)
def test_addresses_that_lead_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_no_private_address_is_public_in_any_disguise(address: ipaddress.IPv4Address) -> None:
    if not address.is_global:
        assert not is_public(str(address))
        assert not is_public(f"::ffff:{address}")
    assert not is_public(f"::{address}")
    assert not is_public(f"64:ff9b::{address}")
