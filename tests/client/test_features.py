"""The tables of docs/client-features.md and docs/server-features.md: their tests exist, their decisions were taken."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = {"client-features.md": 37 + 16, "server-features.md": 17 + 9}
"""How many rows the tables of each document have: features of others, and those of none of them."""


def read_rows(document: str) -> list[tuple[str, list[str], list[str]]]:
    """Each feature with the tests and the decisions behind it."""
    lines = (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and "shown by" not in line]
    return [
        (feature, re.findall(r"`(tests/[^`]+::[^`]+)`", proof), re.findall(r'decision "([^"]+)"', proof))
        for feature, *_, proof in rows
    ]


@pytest.fixture(params=ROWS)
def document(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_feature_has_a_test_or_a_decision(document: str) -> None:
    rows = read_rows(document)
    assert len(rows) == ROWS[document]
    assert [feature for feature, tests, decisions in rows if not tests and not decisions] == []


def test_every_named_test_exists(document: str) -> None:
    missing = []
    for test in sorted({test for _, tests, _ in read_rows(document) for test in tests}):
        path, *_, name = test.split("::")
        if not re.search(rf"\bdef {name.partition('[')[0]}\(", (ROOT / path).read_text(encoding="utf-8")):
            missing.append(test)
    assert missing == []


def test_every_named_decision_exists(document: str) -> None:
    taken = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    missing = [name for _, _, decisions in read_rows(document) for name in decisions if f"**{name}" not in taken]
    assert missing == []
