"""Where the source code of a frame can be read, by an address that a team gives; it must not know teams."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from results.domain.stack import Frame

LONGEST = 300
PLACEHOLDERS = ("{path}", "{line}", "{column}", "{project}")

_PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS)))
# A deployed task runs in this folder, which holds the project.
_ROOT = "/app/"


class NotASourceAddressError(ValueError):
    """The text is no address with a place for a path; the message says what is wrong with it."""


def parse_source_address(text: str) -> str:
    """Return the address, or raise NotASourceAddressError with a sentence for whoever wrote it."""
    address = text.strip()
    bare = _PLACEHOLDER.sub("x", address)
    if len(address) > LONGEST:
        raise NotASourceAddressError(f"Use {LONGEST} characters at the most.")
    if not address.startswith(("https://", "http://")):
        raise NotASourceAddressError("Begin with https:// (or http://).")
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise NotASourceAddressError("An address holds no spaces and no unusual characters.")
    if "{" in bare or "}" in bare:
        raise NotASourceAddressError(f"Braces are for {', '.join(PLACEHOLDERS)} only.")
    host = _host_of(bare)
    if not host or host != _host_of(address):
        raise NotASourceAddressError("Begin with the whole name of a host, and no user name.")
    if "{path}" not in address:
        raise NotASourceAddressError("Say where the path of the file goes: {path}.")
    return address


def source_url(address: str, frame: Frame, *, project: str) -> str:
    """The page with the code of an own frame; empty where the address or the frame does not say.

    Frames of deployed tasks name files under ``/app``; those of other places, such as a developer's
    own disk, are in no repository under that name.
    """
    path = _path_in_project(frame) if address else None
    if path is None or ("{project}" in address and not project):
        return ""
    values = {
        "{path}": quote(path, safe="/"),
        "{line}": str(frame.line),
        "{column}": str(frame.column),
        "{project}": quote(project, safe=""),
    }
    return _PLACEHOLDER.sub(lambda found: values[found.group()], address)


def _host_of(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_whole = parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return ""
    return parts.netloc if is_whole else ""


def _path_in_project(frame: Frame) -> str | None:
    if frame.is_library or frame.file is None or frame.line is None:
        return None
    path = frame.file
    if path.startswith("file://"):
        path = unquote(path.removeprefix("file://"), errors="replace")
    path = path.removeprefix(_ROOT).removeprefix("./")
    # What is left of an absolute path, a disk of Windows or an address of a bundler leads nowhere.
    is_known = path.isprintable() and not re.search(r"[:\\]", path)
    steps = path.split("/")
    return path if is_known and not {"", ".", ".."}.intersection(steps) else None
