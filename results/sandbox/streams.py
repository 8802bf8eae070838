"""Answers on the wire, whole or broken on purpose; it must not know what they say."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Iterable

from aiohttp import web

from results.sandbox.answer import JSON_TYPE, Answer
from results.sandbox.faults import Fault

SERVER = "sandbox"
DRIP_PAUSE_S = 0.25
MEBIBYTE = 1 << 20
HUGE_MEBIBYTES = 64
BOMB_MEBIBYTES = 300
ENDLESS_PAUSE_S = 0.002
SLOW_TO_COMPRESS = 1 << 16


async def send(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Send a whole answer, compressed when the request allows it and the real server would."""
    response = _response(answer)
    body = b"" if request.method == "HEAD" else answer.body
    if answer.streamed and body and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Content-Encoding"] = "gzip"
        if len(body) > SLOW_TO_COMPRESS:
            body = await asyncio.to_thread(gzip.compress, body, 6)
        else:
            body = gzip.compress(body, 6)
    if not answer.streamed:
        response.content_length = len(answer.body)
    elif request.method != "HEAD":
        response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write_eof(body)
    return response


async def send_broken(request: web.BaseRequest, answer: Answer, fault: Fault) -> web.StreamResponse:
    """Send an answer that goes wrong on its way."""
    match fault.kind:
        case "reset":
            return _reset(request)
        case "silent":
            return await _silence()
        case "truncated":
            return await _truncated(request, answer)
        case "drip":
            return await _pour(request, answer, _drops(answer.body))
        case "huge":
            start = b'{"ok":true,"id":"run_huge","taskIdentifier":"huge","outputType":"text/plain","output":"'
            pieces = [start, *([b"a" * MEBIBYTE] * HUGE_MEBIBYTES), b'"}']
            return await _pour(request, _plain_json(), _in_turn(pieces))
        case "gzipbomb":
            bomb = _plain_json().adding({"Content-Encoding": "gzip"})
            return await _pour(request, bomb, _bomb())
        case "endless":
            return await _pour(request, _plain_json(), _forever())
        case _:
            return await send(request, answer)


def _response(answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=dict(answer.headers))
    if answer.content_type is not None:
        response.headers["Content-Type"] = answer.content_type
    if answer.vary:
        response.headers["Vary"] = ", ".join(answer.vary)
    response.headers["Server"] = SERVER
    return response


def _reset(request: web.BaseRequest) -> web.StreamResponse:
    """Close so that the peer sees a reset connection before the first byte of an answer."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        linger_not = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        transport.abort()
    return web.Response()


async def _silence() -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def _truncated(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = _response(answer)
    response.content_length = len(answer.body) + 1000
    response.force_close()
    await response.prepare(request)
    await response.write(answer.body[: max(1, len(answer.body) // 2)])
    if request.transport is not None:
        request.transport.close()
    return response


async def _pour(
    request: web.BaseRequest, answer: Answer, pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    response = _response(answer)
    response.enable_chunked_encoding()
    await response.prepare(request)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def _plain_json() -> Answer:
    return Answer(200, content_type=JSON_TYPE)


async def _drops(body: bytes) -> AsyncIterator[bytes]:
    for position in range(len(body)):
        yield body[position : position + 1]
        await asyncio.sleep(DRIP_PAUSE_S)


async def _in_turn(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _bomb() -> AsyncIterator[bytes]:
    """300 MB of one letter inside a JSON text, about 300 kB compressed."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield press.compress(b'{"output":"')
    block = b"a" * MEBIBYTE
    for _ in range(BOMB_MEBIBYTES):
        yield press.compress(block) + press.flush(zlib.Z_SYNC_FLUSH)
        await asyncio.sleep(0)
    yield press.compress(b'"}') + press.flush()


async def _forever() -> AsyncIterator[bytes]:
    yield b'{"output":"'
    while True:
        yield b"a" * 4096
        await asyncio.sleep(ENDLESS_PAUSE_S)
