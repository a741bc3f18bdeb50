"""The committed client is what the document gives, on every machine, and it is replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backboard_threads import _api_info as facts
from generator.__main__ import ROOT, main
from generator.package import Unwritable, differences, generate, refuse_other_tools, replace
from tests.support.generator_documents import small_document, write_client

COMMITTED = ROOT / "generated" / "backboard_threads"
FOREIGN = "konuşma, 会話"  # more than any of the small character sets can say
# Locales, and how Python then reads a file of which it is not told. The first is on every machine.
MACHINES = {
    "ascii": ("C", "ascii"),
    "utf-8": ("C.UTF-8", "utf-8"),
    "turkish": ("tr_TR.ISO-8859-9", "iso8859-9"),
}


def test_the_committed_client_is_what_the_document_gives() -> None:
    with generate(ROOT / "openapi.yaml") as generated:
        assert differences(generated.package, COMMITTED) == []


def test_the_client_names_its_document() -> None:
    assert hashlib.sha256((ROOT / "openapi.yaml").read_bytes()).hexdigest() == facts.DIGEST
    assert f"\n  version: {facts.VERSION}\n" in (ROOT / "openapi.yaml").read_text("utf-8")


@pytest.mark.parametrize("machine", MACHINES)
def test_another_machine_gives_the_same_bytes(machine: str, tmp_path: Path) -> None:
    locale, encoding = MACHINES[machine]
    elsewhere = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": encoding,
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": locale,
        "HOME": str(tmp_path),
        "COLUMNS": "40",
    }
    asked = [sys.executable, "-c", "import codecs, locale; print(codecs.lookup(locale.getencoding()).name)"]
    files = subprocess.run(asked, env=elsewhere, capture_output=True, text=True, check=True).stdout.strip()
    if files != encoding and locale != "C":
        pytest.skip(f"this machine has no locale {locale}: files would be read as {files}")
    assert files == encoding
    document, target = tmp_path / "openapi.yaml", tmp_path / "there" / "backboard_threads"
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    document.write_text(text.replace("summary: List threads\n", f"summary: List threads, {FOREIGN}\n"), "utf-8")
    names = ["--names", str(ROOT / "generator" / "methods.yaml")]
    asked = [sys.executable, "-m", "generator", "--document", str(document), "--output", str(target), *names]
    subprocess.run(asked, cwd=tmp_path, env=elsewhere, check=True)
    with generate(document) as generated:
        assert FOREIGN in (generated.package / "_sync" / "resources" / "threads.py").read_text("utf-8")
        assert differences(generated.package, target) == []


def test_other_versions_of_the_tools_are_refused(tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    pinned = '[dependency-groups]\ndev = ["openapi-python-client==0.29.1", "ruff==0.0.1", "unasync==0.6.0", "x>=1"]\n'
    settings.write_text(pinned, "utf-8")
    with pytest.raises(Unwritable, match=r"ruff .* is installed, but pyproject.toml pins 0\.0\.1"):
        refuse_other_tools(settings)


def test_check_says_what_is_different_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "backboard_threads"
    shutil.copytree(COMMITTED, target, ignore=shutil.ignore_patterns("__pycache__"))
    assert main(["--check", "--output", str(target)]) == 0
    (target / "_api_info.py").write_text("edited by hand", "utf-8")
    (target / "extra.py").write_text("", "utf-8")
    (target / "py.typed").unlink()
    assert main(["--check", "--output", str(target)]) == 1
    said = capsys.readouterr().err
    assert "_api_info.py: different\nextra.py: not generated\npy.typed: missing\n" in said
    assert (target / "_api_info.py").read_text("utf-8") == "edited by hand"


def test_generating_prints_names_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "package"
    shutil.copytree(COMMITTED, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "_api_info.py").write_text("edited by hand", "utf-8")
    (target / "extra.py").write_text("", "utf-8")
    assert main(["--output", str(target)]) == 0
    printed = capsys.readouterr().out
    assert "\nlistThreads              threads.list, threads.iterate\n" in printed
    assert printed.endswith("changed: _api_info.py\nremoved: extra.py\n")
    assert main(["--output", str(target)]) == 0
    assert capsys.readouterr().out.endswith("runs.events\nNothing changed.\n")


def test_writing_leaves_nothing_of_the_old_client(tmp_path: Path) -> None:
    target = tmp_path / "package"
    target.mkdir()
    for name in ("stale.py", "_api_info.py"):
        (target / name).write_text("", "utf-8")
    assert write_client(tmp_path, small_document()) == target
    assert not (target / "stale.py").exists()
    assert (target / "models" / "thing.py").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names.yaml", "openapi.yaml", "package"]


@pytest.mark.parametrize(
    ("template", "text", "named"),
    [
        ("resource.py.jinja", "{{ resource.nothing_of_the_kind }}", "resource.py.jinja"),
        ("api_info.py.jinja", "this is no Python", "_api_info.py"),
    ],
)
def test_a_failing_template_leaves_the_client_untouched(
    template: str,
    text: str,
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "backboard_threads"
    shutil.copytree(COMMITTED, target)
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "generator" / "templates", templates)
    (templates / template).write_text(text, "utf-8")
    monkeypatch.setattr("generator.project.TEMPLATES", templates)
    assert main(["--output", str(target)]) == 1
    assert named in capsys.readouterr().err
    assert differences(COMMITTED, target) == []


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("_unset.py", "backboard_threads: ModuleNotFoundError: No module named 'backboard_threads._unset'"),
        ("_async/pagination.py", "backboard_threads._async.base_client: ModuleNotFoundError: "),
        ("_models.py", "backboard_threads.models.assistant: ModuleNotFoundError: "),
    ],
)
def test_a_client_that_cannot_be_imported_leaves_the_old_one(
    missing: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target, runtime = tmp_path / "backboard_threads", tmp_path / "runtime"
    shutil.copytree(COMMITTED, target)
    shutil.copytree(ROOT / "generator" / "runtime", runtime)
    (runtime / missing).unlink()
    monkeypatch.setattr("generator.package.RUNTIME", runtime)
    assert main(["--output", str(target)]) == 1
    assert f"generator: the client cannot be imported: {told}" in capsys.readouterr().err
    assert differences(COMMITTED, target) == []


def test_a_name_that_is_offered_and_not_there_leaves_the_old_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "generator" / "templates", templates)
    package_init = templates / "package_init.py.jinja"
    text = package_init.read_text("utf-8").replace('"Files": "._files"', '"Filez": "._files"')
    package_init.write_text(text, "utf-8")
    monkeypatch.setattr("generator.project.TEMPLATES", templates)
    assert main(["--output", str(tmp_path / "package")]) == 1
    assert "backboard_threads: AttributeError: " in capsys.readouterr().err
    assert not (tmp_path / "package").exists()


def test_what_is_no_client_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "thesis.txt").write_text("ten years of work", "utf-8")
    with pytest.raises(Unwritable, match="not a client of this generator"):
        write_client(tmp_path, small_document())
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Unwritable, match="not a client of this generator"):
        replace(tmp_path / "file", tmp_path)


def test_a_client_that_cannot_be_put_in_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, target = tmp_path / "new", tmp_path / "package"
    for folder in (package, target):
        folder.mkdir()
    (target / "_api_info.py").write_text("old", "utf-8")
    rename = Path.rename

    def fail_on_the_new_one(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail_on_the_new_one)
    with pytest.raises(Unwritable, match="Permission denied"):
        replace(target, package)
    assert (target / "_api_info.py").read_text("utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "package"]
