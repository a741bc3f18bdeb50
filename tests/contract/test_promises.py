"""docs/promises.md: each promise names tests that exist."""

import re

from tools.document import ROOT

TEXT = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^- (.*?)(?=^- |^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)


def test_every_promise_names_tests_that_exist() -> None:
    missing = []
    for promise in PROMISES:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", promise)
        missing += [] if named else [promise]
        for file, test in named:
            path = ROOT / file
            if not path.exists() or not re.search(rf"def {test}\b" if test else "", path.read_text(encoding="utf-8")):
                missing.append(f"{file}::{test}")
    assert not missing, "\n".join(missing)
    assert 30 <= len(PROMISES) <= 40
