"""The server does what the model says, under any sequence of operations and faults.

Rounds of sequences are drawn from the same seeds each time; `make soak` draws others for hours. A failure prints its
steps, shrunk.
"""

import os
import time
from collections.abc import Iterator

import pytest

from tests.model.driver import COUNTS
from tests.model.machine import Machine, postgres_machine
from tests.model.rounds import missing_kinds, play_rounds
from tests.support.database.postgres import PostgresServer

# Kinds of steps that these few sequences reach; `make soak` counts each with its statuses.
REACHED = {
    *("createAssistant", "updateAssistant", "cloneAssistant", "deleteAssistant", "listAssistants", "createThread"),
    *("listThreads", "getThread", "deleteThread", "sendMessage", "sendChatMessage", "submitToolOutputs", "cancelRun"),
    *("streamRunEvents", "askForTools", "run held", "run let go", "run joined", "key revoked"),
    *("clock forward", "clock back", "restart", "crash", "move", "export compared", "response replayed"),
    *("page of a name with ties in time", "pressed: 200", "pressed: 429", "outputs refused"),
    *("outputs in round 2", "turn's own instructions in another round", "unchanged thread removed", "repeated"),
    *("fault: commit fails", "fault: confirmation is lost", "fault: disk full", "fault: events not written"),
    *("fault: caller leaves", "fault: commit fails at the end", "fault: confirmation is lost at the end"),
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
    play_rounds(Machine, 10, 40, missing_kinds(REACHED, COUNTS), least=3)


@pytest.mark.timeout(1800)
def test_server_on_postgres_does_what_the_model_says(postgres_server: PostgresServer) -> None:
    play_rounds(postgres_machine(postgres_server), 5, 40)
