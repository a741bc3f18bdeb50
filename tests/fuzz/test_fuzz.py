"""Document against server: schemathesis, every phase and check, with a fixed seed and with one that nobody chose."""

import secrets
from pathlib import Path

import pytest

from tests.contract.document import operations
from tests.fuzz.run import Result, fuzz

SEED = 20260101
# Links that the stateful phase follows, of those the document declares. A run that follows none passes as well: with
# no link out of `createAssistant` it covers nothing.
LINKS_AT_LEAST = 15


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return fuzz(seed=SEED, reports=tmp_path_factory.mktemp("fuzz"))


@pytest.mark.timeout(300)
def test_server_and_document_agree(fixed: Result) -> None:
    assert fixed.code == 0, fixed.output
    assert fixed.cases > 1000


def test_stateful_phase_walks_the_links(fixed: Result) -> None:
    covered, declared = fixed.links
    assert declared == sum(
        len(response.get("links", {})) for one in operations().values() for response in one.responses.values()
    )
    assert covered >= LINKS_AT_LEAST, fixed.output


def test_a_thread_lived_and_died(fixed: Result) -> None:
    for operation in ("createAssistant", "createThread", "sendMessage", "sendChatMessage", "getThread", "deleteThread"):
        assert fixed.reached[operation, 200], fixed.table()


def test_no_status_that_the_document_does_not_know(fixed: Result) -> None:
    unknown = {
        (name, status)
        for name, status in fixed.reached
        # the method was none that the path declares: no operation's answer
        if status != 405 and str(status) not in operations()[name].responses
    }
    assert unknown == set()


@pytest.mark.timeout(300)
def test_server_and_document_agree_under_any_seed(tmp_path: Path) -> None:
    seed = secrets.randbelow(2**32)
    result = fuzz(seed=seed, examples=4, reports=tmp_path, phases="fuzzing,stateful")
    assert result.code == 0, f"seed {seed}\n{result.output}"
