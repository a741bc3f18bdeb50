"""Realistic additions to a document: right in the client, tried by its trial and by mypy, or refused by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import ROOT
from generator.document import UnusableDocument
from tests.support.generator_cases import ALONE, REFUSED, TOGETHER, case_document, common_document
from tests.support.generator_documents import small_names, write_client

CLIENT = small_names({"paths": {}})["client"]


@pytest.mark.parametrize("name", REFUSED)
def test_case_is_refused_by_name(name: str, tmp_path: Path) -> None:
    document, names = case_document(name)
    with pytest.raises(UnusableDocument) as refused:
        write_client(tmp_path, document, {"operations": names, "client": CLIENT})
    assert str(refused.value) == REFUSED[name]["refused"]


@pytest.mark.parametrize("name", sorted(ALONE - set(REFUSED)))
def test_case_of_a_whole_document_is_generated(name: str, tmp_path: Path) -> None:
    document, names = case_document(name)
    write_client(tmp_path, document, {"operations": names, "client": CLIENT})


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of all other cases. Its trial has called every method in both halves."""
    return write_client(tmp_path_factory.mktemp("cases"), common_document(TOGETHER), {"client": CLIENT})


def test_cases_together_are_generated_and_tried(common: Path) -> None:
    source = (common / "_sync" / "resources" / "extras.py").read_text("utf-8")
    assert source.count("    def ") >= len(TOGETHER)


def test_cases_together_have_types(common: Path) -> None:
    asked = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), str(common)]
    done = subprocess.run(asked, cwd=common.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
