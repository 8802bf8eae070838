"""Which addresses this instance may ask, by name and by number; it must not know why it is asked."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from results.domain.problems import AddressRefused

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address

# `ipaddress.is_global` calls these global although they lead inside, or to a cloud's own services.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)


def is_public(text: str) -> bool:
    """Whether a numeric address leads to the public internet and nowhere else."""
    try:
        address: _IP = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == net.version and address in net for net in _NEVER)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The operator's lists. An entry is `host`, `host:port` or, for stores, `.suffix`.

    A host that an entry names whole may be private and may speak plain http; a suffix grants
    neither, because anybody may own a name under it.
    """

    api_host: str
    allowed_hosts: tuple[str, ...] = ()
    store_hosts: tuple[str, ...] = ()

    def check_api(self, url: str) -> None:
        """Raise AddressRefused unless a project key may be sent to this address."""
        parts = _split(url)
        listed = _is_listed(parts, self.allowed_hosts)
        if not listed and parts.netloc.lower() != self.api_host.lower():
            raise AddressRefused(
                f"{parts.hostname} is not an API host of this instance; "
                "an operator can list it in TRIGGER_ALLOWED_HOSTS"
            )
        _check_scheme(parts, listed=listed, setting="TRIGGER_ALLOWED_HOSTS")

    def check_store(self, url: str) -> None:
        """Raise AddressRefused unless an output may be fetched from this address."""
        parts = _split(url)
        listed = _is_listed(parts, self.store_hosts)
        host = (parts.hostname or "").lower()
        under_suffix = any(
            entry.startswith(".") and host.endswith(entry.lower()) for entry in self.store_hosts
        )
        if not listed and not under_suffix:
            raise AddressRefused(
                f"the output is stored on {host}, which is not an object store of this instance; "
                "an operator can list it in TRIGGER_STORE_HOSTS"
            )
        _check_scheme(parts, listed=listed, setting="TRIGGER_STORE_HOSTS")

    def check_webhook(self, url: str) -> str:
        """Return the host of the address, or raise AddressRefused when no webhook may be told there.

        An empty list lets through every public https host, any other list only what it names.
        """
        parts = _split(url)
        listed = _is_listed(parts, self.allowed_hosts)
        if self.allowed_hosts and not listed:
            raise AddressRefused(
                f"{parts.hostname} is not a webhook host of this instance; "
                "an operator can list it in WEBHOOK_ALLOWED_HOSTS"
            )
        _check_scheme(parts, listed=listed, setting="WEBHOOK_ALLOWED_HOSTS")
        return (parts.hostname or "").lower()

    def may_be_private(self, host: str) -> bool:
        """Whether an operator named this host whole, so that it may lead inside."""
        names = {_entry_host(entry) for entry in (*self.allowed_hosts, *self.store_hosts)}
        return _canonical(host) in names - {""}


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("the address is malformed") from None
    host = parts.hostname or ""
    odd = any(ord(char) <= 32 or char == "\\" or ord(char) == 127 for char in url)
    if odd or not host or not host.isascii() or parts.username is not None or port == 0:
        raise AddressRefused("the address is malformed")
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("only http and https addresses can be asked")
    return parts


def _check_scheme(parts: SplitResult, *, listed: bool, setting: str) -> None:
    if not listed and parts.scheme != "https":
        raise AddressRefused(f"plain http is allowed only for hosts listed in {setting}")
    if not listed and parts.port not in (None, 443, 8443):
        raise AddressRefused(f"port {parts.port} is allowed only for hosts listed in {setting}")


def _is_listed(parts: SplitResult, entries: tuple[str, ...]) -> bool:
    host = _canonical(parts.hostname or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return any(
        not entry.startswith(".")
        and _entry_host(entry) == host
        and _entry_port(entry) in (None, port)
        for entry in entries
    )


def _entry_host(entry: str) -> str:
    if _is_address(entry):
        return _canonical(entry)
    try:
        return _canonical(urlsplit(f"//{entry}").hostname or "")
    except ValueError:
        # A malformed entry lists nothing.
        return ""


def _entry_port(entry: str) -> int | None:
    if _is_address(entry):
        return None
    try:
        return urlsplit(f"//{entry}").port
    except ValueError:
        # No port has this number, so that an entry with a malformed port lists nothing.
        return -1


def _canonical(host: str) -> str:
    """A name in lower case, an address in its one short spelling."""
    bare = host.lower().strip("[]")
    return str(ipaddress.ip_address(bare)) if _is_address(bare) else bare


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
