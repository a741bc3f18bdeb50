"""docs/promises.md, durability.md and security.md: each promise names tests that exist."""

import re

import pytest

from tools.document import ROOT


def promises(page: str) -> list[str]:
    """The items of a page, up to what it does not promise."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    text = re.split(r"^## What is not ", text, flags=re.MULTILINE)[0]
    return re.findall(r"^- (.*?)(?=^- |^#|^\n|\Z)", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("page", "least", "most"), [("promises.md", 30, 40), ("durability.md", 20, 40), ("security.md", 20, 40)]
)
def test_every_promise_names_tests_that_exist(page: str, least: int, most: int) -> None:
    missing = []
    for promise in promises(page):
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", promise)
        missing += [] if named else [promise]
        for file, test in named:
            path = ROOT / file
            if not path.exists() or not re.search(rf"def {test}\b" if test else "", path.read_text(encoding="utf-8")):
                missing.append(f"{file}::{test}")
    assert not missing, "\n".join(missing)
    assert least <= len(promises(page)) <= most
