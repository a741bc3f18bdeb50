"""The server does what the model says, under any sequence of operations and faults.

Hypothesis draws the same sequences each time; `make soak` draws others for hours. A failure prints its steps, shrunk.
"""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.driver import COUNTS
from tests.model.machine import Machine, postgres_machine
from tests.support.postgres import PostgresServer

# Reached by these few sequences; `make soak` counts all.
REACHED = {
    *("createAssistant: 200", "createAssistant: 409", "updateAssistant: 200", "cloneAssistant: 200"),
    *("deleteAssistant: 200", "listAssistants: 200", "listAssistants: 422", "createThread: 200", "createThread: 409"),
    *("listThreads: 200", "listThreads: 422", "getThread: 200", "getThread: 404", "deleteThread: 200"),
    *("sendMessage: 200", "sendMessage: 404", "sendMessage: 409", "sendChatMessage: 200", "sendChatMessage: 404"),
    *("submitToolOutputs: 200", "cancelRun: 200", "cancelRun: 404", "streamRunEvents: 200", "streamRunEvents: 404"),
    *("run held", "run let go", "run joined", "key made", "key revoked", "clock forward", "clock back", "restart"),
    *("crash", "move", "fault: commit fails", "fault: confirmation is lost", "fault: caller leaves"),
}


@pytest.fixture(autouse=True)
def _kathmandu() -> Iterator[None]:
    """The server runs in a time zone of 5:45, which must not be seen anywhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()
    yield
    os.environ.pop("TZ")
    os.environ |= {} if before is None else {"TZ": before}
    time.tzset()


@pytest.mark.timeout(1800)
def test_server_on_sqlite_does_what_the_model_says() -> None:
    COUNTS.clear()
    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=40))
    assert sorted(REACHED - COUNTS.keys()) == []


@pytest.mark.timeout(1800)
def test_server_on_postgres_does_what_the_model_says() -> None:
    with PostgresServer() as postgres:
        run_state_machine_as_test(postgres_machine(postgres), settings=settings(max_examples=5, stateful_step_count=40))
