"""The server does what the model says, under any sequence of operations and faults.

Hypothesis draws the same sequences each time; `make soak` draws others for hours. A failure prints its steps, shrunk.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from tests.model.driver import COUNTS
from tests.model.machine import Machine, postgres_machine
from tests.support.database.postgres import PostgresServer

# Kinds of steps that these few sequences reach; `make soak` counts each with its statuses.
REACHED = {
    *("createAssistant", "updateAssistant", "cloneAssistant", "deleteAssistant", "listAssistants", "createThread"),
    *("listThreads", "getThread", "deleteThread", "sendMessage", "sendChatMessage", "submitToolOutputs", "cancelRun"),
    *("streamRunEvents", "askForTools", "run held", "run let go", "run joined", "key made", "key revoked"),
    *("clock forward", "clock back", "restart", "crash", "move"),
    *(
        "fault: commit fails",
        "fault: confirmation is lost",
        "fault: disk full",
        "fault: events not written",
        "fault: caller leaves",
    ),
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
    run_state_machine_as_test(Machine, settings=settings(max_examples=48, stateful_step_count=40))
    reached = COUNTS.keys() | {name.partition(":")[0] for name in COUNTS}
    assert sorted(REACHED - reached) == []


@pytest.mark.timeout(1800)
def test_server_on_postgres_does_what_the_model_says(postgres_server: PostgresServer) -> None:
    machine = postgres_machine(postgres_server)
    run_state_machine_as_test(machine, settings=settings(max_examples=5, stateful_step_count=40))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_callers_who_join_and_leave_get_what_the_model_says(database: str, request: pytest.FixtureRequest) -> None:
    """Steps that few drawn sequences reach: of several callers the first leaves at each await, and a takeover."""
    machine = Machine if database == "sqlite" else postgres_machine(request.getfixturevalue("postgres_server"))

    @settings(max_examples=2)
    @given(data=st.data())
    def play(data: Any) -> None:
        played = machine()
        try:
            played.begin()
            for _ in range(2):
                played.send_to_default()
            for pause in range(0, 36, 3):
                played.hold(data, stream=pause % 2 == 0, keyed=True, log_fails=False)
                played.join(data, leaves=True, pause=pause)
                if pause % 9 == 0:
                    played.interrupt("crash")
                while played.held:
                    played.let_go(data)
                played.everything_agrees()
        finally:
            played.teardown()

    COUNTS.clear()
    play()
    expected = {"first caller left", "crash" if database == "sqlite" else "takeover"}
    assert expected <= COUNTS.keys()
