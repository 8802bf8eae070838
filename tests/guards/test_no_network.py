"""No test reaches beyond this machine: a socket to anywhere else raises."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from results import courier

pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket")


def test_a_connection_to_elsewhere_raises() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as plug:
        plug.connect(("192.0.2.1", 80))


def test_the_courier_cannot_leave_either() -> None:
    async def leave() -> None:
        with socket.socket() as plug:
            plug.connect(("192.0.2.1", 80))

    with pytest.raises(courier.ErrandError, match="SocketConnectBlockedError"):
        courier.courier().run(leave, timeout_s=60)
