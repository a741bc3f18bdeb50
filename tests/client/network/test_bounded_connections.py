"""A sync call ends at its deadline over any connection that httpcore makes, however it is made; in simulated time."""

import itertools
from typing import Any
from unittest.mock import patch

import httpcore
import httpx
import pytest

from backboard_threads import APITimeoutError, Backboard
from tests.support.client.variants import THREAD_ID
from tests.support.virtual_time import VirtualClock, virtual_time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n"


class DrippingStream(httpcore.NetworkStream):
    """A connection that gives a byte a second; to CONNECT it answers at once."""

    def __init__(self, clock: VirtualClock, content: bytes) -> None:
        self.clock = clock
        self.content = content
        self.ready = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.ready:
            ready, self.ready = self.ready, b""
            return ready
        if timeout is not None and timeout < 1:
            self.clock.advance(timeout)
            raise httpcore.ReadTimeout
        self.clock.advance(1)
        byte, self.content = self.content[:1], self.content[1:]
        return byte

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer.startswith(b"CONNECT"):
            self.ready = b"HTTP/1.1 200 OK\r\n\r\n"

    def close(self) -> None:
        pass

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return DrippingStream(self.clock, self.content)

    def get_extra_info(self, info: str) -> Any:
        return None


@pytest.mark.parametrize("slow", ["head", "body"])
@pytest.mark.parametrize("given", [None, "client", "transport"])
def test_deadline_ends_a_dripping_response_over_any_connection(given: str | None, slow: str) -> None:
    content = HEAD + (b"X: " + b"x" * 200 if slow == "head" else b"\r\n" + b" " * 200)
    for scheme, proxy in itertools.product(["http", "https"], [None, "http://127.0.0.1:2"]):
        options: dict[str, Any] = {"proxy": proxy} if given is None else {}
        if given is not None:
            transport = httpx.HTTPTransport(verify=False, proxy=proxy)
            options["http_client"] = httpx.Client(transport=transport) if given == "client" else transport
        url = f"{scheme}://127.0.0.1:1/api"
        with (
            virtual_time() as clock,
            Backboard(api_key="key", base_url=url, timeout=60, deadline=9.5, **options) as client,
        ):
            made = lambda *arguments, **names: DrippingStream(clock, content)  # noqa: E731
            began = clock.now
            with (
                patch.object(httpcore.SyncBackend, "connect_tcp", made),
                pytest.raises(APITimeoutError, match="the deadline passed"),
            ):
                client.threads.get(THREAD_ID)
            assert abs(clock.now - began - 9.5) < 0.01, (scheme, proxy)
