"""Realistic additions to a document: generated, tried and type-checked, or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.document.document import UnusableDocument
from tests.support.generator.cases import REFUSED, TOGETHER, case_document, common_document, groups
from tests.support.generator.documents import small_names, write_client

CLIENT = small_names({"paths": {}})["client"]


@pytest.mark.parametrize("name", REFUSED)
def test_case_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    document, names = case_document(name)
    with pytest.raises(UnusableDocument) as refused:
        write_client(tmp_path, document, {"operations": names, "client": CLIENT})
    assert str(refused.value) == REFUSED[name]["refused"]


@pytest.mark.parametrize("names", groups(), ids=" ".join)
def test_case_of_a_whole_document_is_generated(names: list[str], tmp_path: Path) -> None:
    document, given = case_document(names[0]) if len(names) == 1 else (common_document(names), {})
    write_client(tmp_path, document, {"operations": given, "client": CLIENT})


def test_cases_together_are_generated_and_pass_the_trial(cases_client: Path) -> None:
    source = (cases_client / "_sync" / "resources" / "extras.py").read_text("utf-8")
    assert source.count("    def ") >= len(TOGETHER)
