"""Threads that share a client, one at a time, switched at each line of what they share, as a seed says."""

import sys
import threading
from collections.abc import Callable, Iterator
from random import Random
from types import FrameType
from typing import Any

import httpx
import pytest

from backboard_threads import APIConnectionError, Backboard
from backboard_threads._network import backends
from backboard_threads._sync import connection_pool, http_clients
from tests.support.client.variants import KEY, THREAD, THREAD_ID
from tests.support.examples import examples

FILES = {connection_pool.__file__, http_clients.__file__, __file__}
SEEDS = examples(20).max_examples


class Turns:
    """Runs threads, one of them at a time: another one may go on at each line of `FILES`."""

    def __init__(self, random: Random) -> None:
        self.switches = 0
        self._random = random
        self._changed = threading.Condition()
        self._running: list[int] = []
        self._turn = -1
        self._errors: list[Exception] = []

    def run(self, *functions: Callable[[], object]) -> list[Exception]:
        """Run each function in a thread of its own; gives what they raised."""
        self._running = list(range(len(functions)))
        threads = [threading.Thread(target=self._play, args=one) for one in enumerate(functions)]
        for thread in threads:
            thread.start()
        self._pass_on()
        for thread in threads:
            thread.join()
        return self._errors

    def _play(self, number: int, function: Callable[[], object]) -> None:
        self._wait(number)
        sys.settrace(lambda frame, *_: self._at(number) if frame.f_code.co_filename in FILES else None)
        try:
            function()
        except Exception as error:
            self._errors.append(error)
        finally:
            sys.settrace(None)
            self._running.remove(number)
            self._pass_on()

    def _at(self, number: int) -> Any:
        def trace(frame: FrameType, event: str, argument: object) -> Any:
            if event == "line" and len(self._running) > 1:
                self.switches += 1
                self._pass_on()
                self._wait(number)
            return trace

        return trace

    def _pass_on(self) -> None:
        with self._changed:
            self._turn = self._random.choice(self._running or [-1])
            self._changed.notify_all()

    def _wait(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._turn == number, 600)


class Connection:
    def __init__(self) -> None:
        self.is_open = True


class Body(httpx.SyncByteStream):
    """A body, whose connection stays open only if it was read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        yield httpx.Response(200, json=THREAD).content
        self._is_read = True

    def close(self) -> None:
        if not self._is_read:
            self._connection.is_open = False


class Transport(httpx.BaseTransport):
    """As httpx's: a connection that is being made when the transport is closed is forgotten, and stays open."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        """All that were ever made."""
        self._known: list[Connection] = []
        self._closings = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        closings = self._closings
        connection = Connection()
        self.connections.append(connection)
        if closings == self._closings:
            self._known.append(connection)
        return httpx.Response(200, headers={"Content-Type": "application/json"}, stream=Body(connection))

    def close(self) -> None:
        self._closings += 1
        for connection in self._known:
            connection.is_open = False
        self._known = []


@pytest.mark.parametrize("closed", ["afterwards", "at once", "after a call"])
@pytest.mark.parametrize("connections", [0, 1, 100])
def test_threads_leave_no_connection_open(monkeypatch: pytest.MonkeyPatch, connections: int, closed: str) -> None:
    made: list[Transport] = []

    def make(*arguments: object) -> Transport:
        made.append(Transport())
        return made[-1]

    monkeypatch.setattr(connection_pool, "MAX_CONNECTIONS", connections)
    monkeypatch.setattr(backends, "http_transport", make)
    switches = 0
    for seed in range(SEEDS):
        made.clear()
        turns = Turns(Random(seed))
        client = Backboard(api_key=KEY, base_url="http://server.example/api", max_retries=0)
        get = client.threads.get

        def call(get: Any = get) -> None:
            for _ in range(2):
                assert get(THREAD_ID).thread_id == THREAD_ID

        def call_and_close(client: Backboard = client) -> None:
            client.threads.get(THREAD_ID)
            client.close()

        third = {"afterwards": call, "at once": client.close, "after a call": call_and_close}[closed]
        errors = turns.run(call, call, third)
        if closed == "afterwards":
            client.close()
        switches += turns.switches
        for error in errors:
            assert closed != "afterwards", (seed, error)
            assert isinstance(error, (RuntimeError, APIConnectionError)), (seed, error)
            assert "closed" in str(error), (seed, error)
        assert not any(one.is_open for transport in made for one in transport.connections), seed
    assert switches > 10 * SEEDS
