"""`make bench`: what it needs, and when it writes."""

import hashlib
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.operation_loops import LOOPS
from benchmarks.server import load
from benchmarks.table import Row
from threads_server.openapi import Contract

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def test_every_operation_is_looped() -> None:
    assert sorted(LOOPS) == sorted(Contract.read().endpoints)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_bench_without_wrk_names_it_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load.shutil, "which", lambda name: None if name == "wrk" else f"/usr/bin/{name}")
    monkeypatch.setattr(sys, "argv", ["bench"])
    assert command.main() == 2
    printed = capsys.readouterr()
    assert "wrk is not installed" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("arguments", [[], ["--write"]])
def test_bench_writes_the_table_only_when_told(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Module:
        @staticmethod
        def rows() -> list[Row]:
            return [Row("a ratio of this test", 1.0, "", "")]

    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "benchmarks.md"
    page.write_bytes(PAGE.read_bytes())
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command.importlib, "import_module", lambda name: Module)
    monkeypatch.setattr(sys, "argv", ["bench", "client", *arguments])
    before = digest(page)
    assert command.main() == 0
    assert (digest(page) != before) is bool(arguments)
