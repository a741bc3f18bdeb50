"""Document against server: schemathesis, every phase and check, with few examples and a fixed seed.

`make soak` runs it for long, with random seeds.
"""

import tomllib

import pytest

from tests.fuzz.run import CONFIGURATION, Result, declared_links, fuzz
from tools.document import operations

SEED = 20260101
EXAMPLES = 1  # of each operation
SCENARIOS = 4
# Links of the document that the stateful phase follows at least: ids and times are the server's, so that the seed does
# not decide all, and long chains of links are rare in few scenarios.
LINKS_AT_LEAST = 20


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return fuzz(seed=SEED, examples=EXAMPLES, scenarios=SCENARIOS, reports=tmp_path_factory.mktemp("fuzz"))


@pytest.mark.timeout(3600)
def test_server_and_document_agree(fixed: Result) -> None:
    assert fixed.code == 0, fixed.output
    assert fixed.cases > 1000


def test_every_operation_and_phase_ran(fixed: Result) -> None:
    """By what schemathesis itself says at the end."""
    every = len(operations())
    assert f"Selected: {every}/{every}\n" in fixed.output
    assert fixed.said(r"Tested: (\d+)") == every
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}\n" in fixed.output, phase


def test_configuration_turns_nothing_off() -> None:
    text = CONFIGURATION.read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    assert "enabled" not in text
    assert not settings.keys() & {"phases-excluded", "include", "exclude", "checks-excluded"}
    assert all(not key.startswith("exclude") for one in settings["operations"] for key in one)


def test_stateful_phase_walks_the_links(fixed: Result) -> None:
    assert len(fixed.followed) >= LINKS_AT_LEAST, sorted({*declared_links()} - fixed.followed)


def test_stateful_phase_is_not_given_up(fixed: Result) -> None:
    """Schemathesis calls it a success if Hypothesis stops early, because one case had two different answers."""
    assert fixed.said(r"Scenarios: +(\d+)") >= SCENARIOS, fixed.output


def test_schemathesis_has_all_links(fixed: Result) -> None:
    """The document's, and the one that `before_load_schema` adds to the three operations that answer with a turn."""
    assert fixed.said(r"API Links: .* (\d+) selected") == len(declared_links()) + 3


@pytest.mark.parametrize("operation", operations())
def test_every_operation_succeeds(operation: str, fixed: Result) -> None:
    assert fixed.reached[operation, 200], fixed.table()


def test_no_status_that_the_document_does_not_know(fixed: Result) -> None:
    unknown = {(name, status) for name, status in fixed.reached if str(status) not in operations()[name].responses}
    assert unknown == set()
