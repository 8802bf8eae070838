"""Reads settings from the environment, each with its `_FILE` form; it knows no setting by name.

A value that cannot be used ends the start with one clear line, never with a traceback.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError, validate

_env = Env()
_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
MASK = "••••"


@dataclass(frozen=True, slots=True)
class Told:
    """One setting as it was read: its name, default, the value in force, and where that came from.

    ``source`` is `default`, `environment`, or the file's path. A secret's value is only a mask.
    """

    name: str
    default: str
    value: str
    source: str
    is_secret: bool = False


_told: dict[str, Told] = {}


def told() -> tuple[Told, ...]:
    """Return every setting that was read so far, in the order of reading."""
    return tuple(_told.values())


def _tell(name: str, default: object, value: object) -> None:
    source = "environment" if name in os.environ else "default"
    _told[name] = Told(name, _shown(default), _shown(value), source)


def _shown(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def refuse(reason: str) -> SystemExit:
    """Return the exit that says in one line why the program does not start."""
    sys.stderr.write(f"runlens: {reason}\n")
    return SystemExit(1)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no setting (`1`, `true`, `yes`, `on` and their opposites)."""
    try:
        value = _env.bool(name, default=default)
    except EnvError:
        raise refuse(f"{name} must be 1 or 0.") from None
    _tell(name, default, value)
    return value


def number(name: str, *, default: int, least: int = 1, most: int = 10**9) -> int:
    """Return a whole number between ``least`` and ``most``."""
    between = validate.Range(min=least, max=most)
    try:
        value = _env.int(name, default=default, validate=between)
    except EnvError:
        raise refuse(f"{name} must be a whole number from {least:,} to {most:,}.") from None
    _tell(name, default, value)
    return value


def choice(name: str, *, default: str, of: tuple[str, ...]) -> str:
    """Return one of a few words, however its letters are written."""
    text = _env.str(name, default=default)
    found = next((one for one in of if one.lower() == text.strip().lower()), None)
    if found is None:
        raise refuse(f"{name} must be one of {', '.join(of)}.")
    _tell(name, default, found)
    return found


def listening(name: str, *, default: str) -> str:
    """Return the address or host name that a server listens on."""
    text = _env.str(name, default=default).strip()
    if not (_is_number(text) or _HOST_NAME.fullmatch(text)):
        raise refuse(f"{name} must be an address or a host name to listen on, without a port.")
    _tell(name, default, text)
    return text


def line(name: str, *, default: str = "") -> str:
    """Return one line of text."""
    value = _env.str(name, default=default).strip()
    if not value.isprintable():
        raise refuse(f"{name} must be one line of text.")
    _tell(name, default, value)
    return value


def folder(name: str, *, default: Path) -> Path:
    """Return a folder, which need not be there yet."""
    return optional_folder(name, default=default) or default


def optional_folder(name: str, *, default: Path | None = None) -> Path | None:
    """Return a folder, which need not be there yet; None when none was named."""
    text = _env.str(name, default=str(default or ""))
    if (name in os.environ and not text.strip()) or "\x00" in text:
        raise refuse(f"{name} must be the path of a folder.")
    _tell(name, default or "", text)
    return Path(text).resolve() if text else None


def words(name: str, *, default: str = "") -> list[str]:
    """Return a comma-separated list, blanks and empty entries dropped."""
    listed = _env.str(name, default=default)
    found = [word.strip() for word in listed.split(",") if word.strip()]
    _tell(name, default, ", ".join(found))
    return found


def hosts(name: str, *, default: str = "", suffixes: bool = False) -> list[str]:
    """Return a list of `host` and `host:port`, and of `.suffix` where suffixes are allowed.

    Anything else, such as a whole address, would silently match nothing.
    """
    listed = words(name, default=default)
    for entry in listed:
        name_part = entry[1:] if suffixes and entry.startswith(".") else entry
        if not is_host(name_part):
            more = " or .suffix" if suffixes else ""
            raise refuse(f"{name} lists what is no host: each entry is host or host:port{more}.")
    return listed


def served_hosts(name: str, *, default: str) -> list[str]:
    """Return the host names that requests may name: `host`, `.suffix` or `*`, never with a port."""
    listed = words(name, default=default) or [default]
    for entry in listed:
        host = entry.removeprefix(".")
        if entry != "*" and (not is_host(host) or urlsplit(f"//{host}").port is not None):
            raise refuse(f"{name} lists what is no host: each entry is host or .suffix, no port.")
    return listed


def is_host(text: str) -> bool:
    """Whether the text is a host as addresses name it, with or without a port."""
    try:
        parts = urlsplit(f"//{text}")
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = parts.netloc == text and "@" not in text and not text.endswith(":")
    host = parts.hostname or ""
    named = bool(_HOST_NAME.fullmatch(host)) or (f"[{host}]" in text.lower() and _is_number(host))
    return plain and port_is_fine and named


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def secret(name: str, *, default: str | None = None, folder: str = "", file: str = "") -> str:
    """Return a secret from ``name``, or from the file that ``name``_FILE points at.

    Else from ``file`` in the folder that the setting ``folder`` names, when both are there. The
    value itself is never part of an error message.
    """
    path = os.environ.get(f"{name}_FILE")
    if path and os.environ.get(name):
        raise refuse(f"{name} and {name}_FILE are both set; keep one.")
    kept_in = Path(os.environ[folder]) / file if os.environ.get(folder) else None
    if not path and name not in os.environ and kept_in is not None and kept_in.exists():
        path = str(kept_in)
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise refuse(f"{name}_FILE cannot be read: {type(error).__name__}.") from None
        whole = str(Path(path).resolve())
        _told[name] = Told(name, default or "", MASK, whole, is_secret=True)
        return value
    found = os.environ.get(name, default)
    if found is None:
        kept = f", or {folder} to a folder that holds it in {file}" if folder else ""
        raise refuse(f"{name} is not set; set it, or {name}_FILE to a file that holds it{kept}.")
    is_default = name not in os.environ
    shown = found if is_default else MASK
    source = "default" if is_default else "environment"
    _told[name] = Told(name, default or "", shown, source, is_secret=True)
    return found


def origin(name: str, *, default: str) -> str:
    """Return an http(s) address without path, query, user or trailing slash."""
    text = _env.str(name, default=default).rstrip("/")
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise refuse(f"{name} is not an address: the port or the host is malformed.") from None
    plain = text == f"{parts.scheme}://{parts.netloc}" and is_host(parts.netloc)
    if parts.scheme not in ("http", "https") or not plain or not port_is_fine:
        raise refuse(f"{name} must look like https://host or http://host:port, nothing after it.")
    _tell(name, default, text)
    return text


def address(name: str) -> str:
    """Return an http(s) address that may have a path, without query or user; nothing when not set."""
    text = _env.str(name, default="").rstrip("/")
    _tell(name, "", text)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise refuse(f"{name} is not an address: the port or the host is malformed.") from None
    plain = text == f"{parts.scheme}://{parts.netloc}{parts.path}" and is_host(parts.netloc)
    if parts.scheme not in ("http", "https") or not plain:
        raise refuse(f"{name} must look like https://host/path, without query and user.")
    return text


def all_or_none(values: dict[str, str]) -> bool:
    """Whether the settings of one thing are set; some of them alone would be of no use."""
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(values):
        raise refuse(f"{missing[0]} is not set, and {' and '.join(set(values) - set(missing))} is.")
    return not missing
