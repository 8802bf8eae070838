"""Seals and opens secrets with a ring of master keys and data keys per team; it knows no model.

A master key wraps a team's data keys; the newest data key, through HKDF by purpose, seals what
belongs to the team, and every ciphertext names the generation of the key that sealed it. It is bound
to a context (team, row, column): moved elsewhere it does not open. Nothing here ever returns a
ciphertext, or a default, in place of what it cannot open.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Never

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The first byte says how the rest is to be read. The earlier kinds name no generation: they are of
# the first one. They are opened for ever and never written again.
_WRAPPED_EARLIER, _SEALED_EARLIER, _PACKED_EARLIER = b"\x01", b"\x02", b"\x03"
_SEALED, _PACKED, _WRAPPED = b"\x04", b"\x05", b"\x06"
_EARLIER = (_SEALED_EARLIER, _PACKED_EARLIER)
_GENERATION_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_COMPRESS_FROM_BYTES = 256
HEAD_BYTES = 1 + _GENERATION_BYTES


class RingError(ValueError):
    """The text of the key ring is malformed; the message never repeats any of it."""


class VaultError(Exception):
    """Something sealed cannot be opened: a key is missing or wrong, or the bytes were changed."""


@dataclass(frozen=True, slots=True, repr=False)
class Ring:
    """Master keys by id, in order; the first one wraps, all of them unwrap."""

    keys: Mapping[str, bytes]

    def __reduce__(self) -> Never:
        raise TypeError("a key ring is never pickled")

    @classmethod
    def parse(cls, text: str) -> Ring:
        """Read `k2:<base64 of 32 bytes>,k1:<base64 of 32 bytes>`; raises RingError."""
        keys: dict[str, bytes] = {}
        entries = filter(None, (part.strip() for part in text.split(",")))
        # An entry is named by its place: whatever is written in it may be a key in the wrong place.
        for place, entry in enumerate(entries, 1):
            key_id, colon, encoded = entry.partition(":")
            if not colon or not key_id.isidentifier() or len(key_id) > 32:
                raise RingError(f"entry {place} must be id:base64, the id letters and digits")
            try:
                key = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise RingError(f"the key of entry {place} is not base64") from None
            if len(key) != 32:
                raise RingError(
                    f"the key of entry {place} must be 32 bytes long, it has {len(key)}"
                )
            if key_id in keys:
                raise RingError(f"the key id of entry {place} is there twice")
            keys[key_id] = key
        if not keys:
            raise RingError("it holds no key")
        return cls(keys)

    @property
    def first_id(self) -> str:
        """The id of the key that wraps."""
        return next(iter(self.keys))

    def wrap(self, data_key: bytes, *, team: str, generation: int = 1) -> tuple[str, bytes]:
        """Return the id of the wrapping key and the wrapped data key of this team and generation."""
        key_id = self.first_id
        nonce = os.urandom(_NONCE_BYTES)
        context = _wrapping_context(team, key_id, generation)
        return key_id, _WRAPPED + nonce + AESGCM(self.keys[key_id]).encrypt(
            nonce, data_key, context
        )

    def seal_text(self, plain: bytes, *, purpose: str) -> str:
        """Return what belongs to no team sealed by the first key, as text that names the key."""
        key_id, nonce = self.first_id, os.urandom(_NONCE_BYTES)
        cipher = AESGCM(_derived(self.keys[key_id], f"instance {purpose}"))
        sealed = nonce + cipher.encrypt(nonce, plain, _instance_context(purpose, key_id))
        return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open_text(self, sealed: str, *, purpose: str) -> bytes:
        """Return what such a text holds; raises VaultError."""
        key_id, _, encoded = sealed.partition(".")
        key = self.keys.get(key_id)
        if key is None:
            raise VaultError("the key ring has no key that sealed this")
        try:
            content = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            raise VaultError("these bytes were not sealed by this program") from None
        derived = _derived(key, f"instance {purpose}")
        return _open(derived, content, _instance_context(purpose, key_id))

    def unwrap(self, key_id: str, wrapped: bytes, *, team: str, generation: int = 1) -> DataKey:
        """Return the team's data key of this generation; raises VaultError."""
        key = self.keys.get(key_id)
        if key is None:
            raise VaultError(f"the key ring has no key {key_id}")
        kind = wrapped[:1]
        if kind == _WRAPPED_EARLIER and generation == 1:
            context = f"runlens data key|{team}|{key_id}".encode()
        elif kind == _WRAPPED:
            context = _wrapping_context(team, key_id, generation)
        else:
            raise VaultError("the wrapped data key is cut or was not wrapped by this program")
        return DataKey(_open(key, wrapped[1:], context), team, generation)


def _no_other(generation: int) -> DataKey:
    raise VaultError(f"the data key of generation {generation} is not there")


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """One team's newest key, opened; it lives no longer than the work at hand.

    ``others`` brings the keys of other generations while rows still need them: a data key that is
    being replaced, or one made after this one was read. It raises VaultError when there is none.
    """

    key: bytes
    team: str
    generation: int = 1
    others: Callable[[int], DataKey] = field(default=_no_other, compare=False)

    def __reduce__(self) -> Never:
        raise TypeError("a data key is never pickled")

    def with_others(self, others: Callable[[int], DataKey]) -> DataKey:
        """Return this key with a way to those of other generations."""
        return replace(self, others=others)

    def seal(self, plain: bytes, *, purpose: str, row: str) -> bytes:
        """Return ``plain`` sealed for this team, purpose (table and column) and row."""
        if len(plain) >= _COMPRESS_FROM_BYTES:
            packed = zstandard.ZstdCompressor(level=3).compress(plain)
            return self._sealed(_PACKED, packed, purpose, row)
        return self._sealed(_SEALED, plain, purpose, row)

    def open(self, sealed: bytes, *, purpose: str, row: str, earlier_row: str = "") -> bytes:
        """Return what was sealed for exactly this team, purpose and row; raises VaultError.

        ``earlier_row`` is how the row was named in ciphertexts of the earlier kinds, if otherwise.
        """
        is_packed, content = self._opened(sealed, purpose, row, earlier_row or row)
        return zstandard.ZstdDecompressor().decompress(content) if is_packed else content

    def reseal(
        self, sealed: bytes, *, purpose: str, row: str, earlier_row: str = ""
    ) -> bytes | None:
        """Return the same content sealed by this key, or None when it already is; raises VaultError.

        Content that was compressed stays so, so that no more than the ciphertext is in memory.
        """
        if sealed[:HEAD_BYTES] in self.heads:
            return None
        is_packed, content = self._opened(sealed, purpose, row, earlier_row or row)
        return self._sealed(_PACKED if is_packed else _SEALED, content, purpose, row)

    def fingerprint(self, plain: bytes, *, purpose: str) -> bytes:
        """Return 32 bytes that are equal for equal contents, and say nothing without this key."""
        return hmac.digest(_derived(self.key, f"fingerprint {purpose}"), plain, "sha256")

    @property
    def heads(self) -> tuple[bytes, ...]:
        """How the ciphertexts of this very key begin, whatever was sealed."""
        return tuple(kind + _number(self.generation) for kind in (_SEALED, _PACKED))

    def _sealed(self, kind: bytes, content: bytes, purpose: str, row: str) -> bytes:
        head, nonce = kind + _number(self.generation), os.urandom(_NONCE_BYTES)
        cipher = AESGCM(_derived(self.key, purpose))
        return head + nonce + cipher.encrypt(nonce, content, self._context(head, purpose, row))

    def _opened(
        self, sealed: bytes, purpose: str, row: str, earlier_row: str
    ) -> tuple[bool, bytes]:
        """Return whether the content is compressed, and the content."""
        kind, generation = sealed[:1], generation_of(sealed)
        key = self if generation == self.generation else self.others(generation)
        if (key.generation, key.team) != (generation, self.team):
            raise VaultError(f"the data key of generation {generation} is not there")
        is_earlier = kind in _EARLIER
        head = sealed[: 1 if is_earlier else HEAD_BYTES]
        context = self._context(head, purpose, earlier_row if is_earlier else row)
        content = _open(_derived(key.key, purpose), sealed[len(head) :], context)
        return kind in (_PACKED, _PACKED_EARLIER), content

    def _context(self, head: bytes, purpose: str, row: str) -> bytes:
        return head + f"runlens|{self.team}|{purpose}|{row}".encode()


def generation_of(head: bytes) -> int:
    """Return which generation's data key sealed what begins like this; raises VaultError."""
    if head[:1] in _EARLIER:
        return 1
    if head[:1] not in (_SEALED, _PACKED) or len(head) < HEAD_BYTES:
        raise VaultError("these bytes were not sealed by this program")
    return int.from_bytes(head[1:HEAD_BYTES], "big")


def new_data_key() -> bytes:
    """Return 32 random bytes for a new team or a new generation."""
    return os.urandom(32)


def new_ring_text(key_id: str = "k1") -> str:
    """Return the text of a ring with one new random key."""
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


def _open(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open what follows a head: nonce, content and tag."""
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise VaultError("the sealed bytes are cut or were not sealed by this program")
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, context)
    except InvalidTag:
        raise VaultError("the key does not fit, or the sealed bytes were changed") from None


def _wrapping_context(team: str, key_id: str, generation: int) -> bytes:
    return f"runlens data key|{team}|{key_id}|{generation}".encode()


def _instance_context(purpose: str, key_id: str) -> bytes:
    return f"runlens instance|{purpose}|{key_id}".encode()


def _number(generation: int) -> bytes:
    return generation.to_bytes(_GENERATION_BYTES, "big")


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"runlens {purpose}".encode()).derive(key)


@lru_cache(maxsize=4)
def parsed_ring(text: str) -> Ring:
    """Return the ring of this text, parsed once."""
    return Ring.parse(text)
