"""The tables of docs/client-features.md: every test they name can be run, every decision they name was taken."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OTHERS, ONLY_OURS = 37, 16
"""How many rows each table has."""


def read_rows() -> list[tuple[str, list[str], list[str]]]:
    """Each feature with the tests and the decisions behind it."""
    lines = (ROOT / "docs" / "client-features.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and "shown by" not in line]
    return [
        (feature, re.findall(r"`(tests/[^`]+::[^`]+)`", proof), re.findall(r'decision "([^"]+)"', proof))
        for feature, proof in rows
    ]


def test_every_feature_has_a_test_or_a_decision() -> None:
    rows = read_rows()
    assert len(rows) == OTHERS + ONLY_OURS
    assert [feature for feature, tests, decisions in rows if not tests and not decisions] == []


def test_every_test_is_there() -> None:
    missing = []
    for test in sorted({test for _, tests, _ in read_rows() for test in tests}):
        path, _, name = test.partition("::")
        if not re.search(rf"\bdef {name.partition('[')[0]}\(", (ROOT / path).read_text(encoding="utf-8")):
            missing.append(test)
    assert missing == []


def test_every_decision_was_taken() -> None:
    taken = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    missing = [name for _, _, decisions in read_rows() for name in decisions if f"**{name}" not in taken]
    assert missing == []
