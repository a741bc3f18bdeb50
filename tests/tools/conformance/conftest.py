"""A server whose account the questions are put to, its owner, and the command in this process."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from types import FrameType

import httpx
import pytest

from tests.support.conformance import KEY, Command, new_prober, no_rest
from threads_server.testing import LocalServer
from tools.conformance import __main__ as command
from tools.conformance.prober import Prober
from tools.conformance.run import run
from tools.document import operations
from tools.resources import Caller, Resources


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer(api_key=KEY, in_process=True) as started:
        yield started


@pytest.fixture
def owner(server: LocalServer) -> Iterator[Caller]:
    """The account's owner, who finds it empty and leaves it empty."""
    caller = Caller(server.url, server.api_key)
    yield caller
    for assistant in caller.ask("listAssistants"):
        caller.send(operations()["deleteAssistant"], Resources(assistant["assistant_id"], "", ""))
    caller.close()


@pytest.fixture
def url(server: LocalServer, owner: Caller) -> str:
    """The address of the server, with an account that is empty afterwards."""
    return server.url


@pytest.fixture
def furnished(url: str, owner: Caller) -> str:
    """The address of the server, with three assistants, threads and runs in the account."""
    for _ in range(3):
        owner.resources()
    return url


@pytest.fixture
def asking(server: LocalServer) -> Iterator[Callable[..., Prober]]:
    """Makes a prober of the server, from a transport and options."""
    with ExitStack() as stack:
        yield lambda *transport, **options: stack.enter_context(closing(new_prober(server.url, *transport, **options)))


def unhandled(number: int, frame: FrameType | None) -> None:
    raise AssertionError("the command does not handle this signal")


@pytest.fixture
def conformance(monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The command with some words, in this process. Returns its exit code."""

    def call(*words: str, key: str = KEY, transport: httpx.BaseTransport | None = None) -> int:
        monkeypatch.setattr(sys, "argv", ["conformance", *words])
        monkeypatch.setenv("API_KEY", key)
        if transport is not None:
            monkeypatch.setattr(command, "run", partial(run, transport=transport, rest=no_rest))
        try:
            return command.main()
        except SystemExit as stopped:
            return int(str(stopped.code))

    signals = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, unhandled) for number in signals]
    yield call
    for number, handler in zip(signals, handlers, strict=True):
        signal.signal(number, handler)
