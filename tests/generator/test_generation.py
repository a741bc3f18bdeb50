"""The committed client is what the document gives, on every machine, and it is replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from backboard_threads import _api_info as facts
from generator.__main__ import PACKAGE, ROOT, main
from generator.package import Unwritable, differences, refuse_other_tools, replace
from tests.support.generator.documents import small_document, write_client

FOREIGN = ", konuşma, 会話"  # more than any of the small character sets can say


def test_client_names_version_and_digest_of_its_document() -> None:
    assert hashlib.sha256((ROOT / "openapi.yaml").read_bytes()).hexdigest() == facts.DIGEST
    assert f"\n  version: {facts.VERSION}\n" in (ROOT / "openapi.yaml").read_text("utf-8")


def test_committed_client_is_what_another_machine_generates(tmp_path: Path) -> None:
    elsewhere = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",  # as is read and written where nothing else is said
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
        "COLUMNS": "40",
    }
    document, target = tmp_path / "openapi.yaml", tmp_path / "there" / "backboard_threads"
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    document.write_text(text.replace("summary: List threads\n", f"summary: List threads{FOREIGN}\n"), "utf-8")
    names = ["--names", str(ROOT / "generator" / "methods.yaml")]
    asked = [sys.executable, "-m", "generator", "--document", str(document), "--output", str(target), *names]
    subprocess.run(asked, cwd=tmp_path, env=elsewhere, check=True)
    changed = [f"{half}/resources/threads.py" for half in ("_async", "_sync")]
    assert differences(PACKAGE, target) == [f"{name}: different" for name in ("_api_info.py", *changed)]
    for name in changed:
        made = (target / name).read_text("utf-8")
        assert FOREIGN in made
        assert made.replace(FOREIGN, "") == (PACKAGE / name).read_text("utf-8")


def test_tool_of_another_version_is_refused(tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    pinned = '[dependency-groups]\ndev = ["openapi-python-client==0.29.1", "ruff==0.0.1", "unasync==0.6.0", "x>=1"]\n'
    settings.write_text(pinned, "utf-8")
    with pytest.raises(Unwritable, match=r"ruff .* is installed, but pyproject.toml pins 0\.0\.1"):
        refuse_other_tools(settings)


@dataclass(frozen=True)
class Generated:
    """A client of a small document, and the arguments that generate it."""

    package: Path
    arguments: list[str]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generated")
    package = write_client(folder, small_document())
    return Generated(
        package, ["--document", str(folder / "openapi.yaml"), "--names", str(folder / "names.yaml"), "--output"]
    )


@pytest.fixture
def target(generated: Generated, tmp_path: Path) -> Path:
    """A copy of the client."""
    return shutil.copytree(generated.package, tmp_path / "backboard_threads")


def test_check_lists_differences_that_generation_removes(
    generated: Generated, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (target / "_api_info.py").write_text("edited by hand", "utf-8")
    (target / "extra.py").write_text("", "utf-8")
    (target / "py.typed").unlink()
    assert main(["--check", *generated.arguments, str(target)]) == 1
    said = capsys.readouterr().err
    assert "_api_info.py: different\nextra.py: not generated\npy.typed: missing\n" in said
    assert (target / "_api_info.py").read_text("utf-8") == "edited by hand"
    assert main([*generated.arguments, str(target)]) == 0
    printed = capsys.readouterr().out
    assert printed == "getThing  things.do_getThing\nchanged: _api_info.py\nremoved: extra.py\nnew: py.typed\n"
    assert differences(generated.package, target) == []
    assert [path.name for path in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize(
    ("template", "text", "named"),
    [
        ("resource.py.jinja", "{{ resource.nothing_of_the_kind }}", "resource.py.jinja"),
        ("api_info.py.jinja", "this is no Python", "_api_info.py"),
    ],
)
def test_failing_template_leaves_the_old_client(
    template: str,
    text: str,
    named: str,
    generated: Generated,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "generator" / "templates", templates)
    (templates / template).write_text(text, "utf-8")
    monkeypatch.setattr("generator.project.TEMPLATES", templates)
    assert main([*generated.arguments, str(target)]) == 1
    assert named in capsys.readouterr().err
    assert differences(generated.package, target) == []


def test_client_that_cannot_be_imported_leaves_the_old_client(
    generated: Generated,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runtime = tmp_path / "runtime"
    shutil.copytree(ROOT / "generator" / "runtime", runtime)
    (runtime / "_models" / "base_model.py").unlink()
    monkeypatch.setattr("generator.package.RUNTIME", runtime)
    assert main([*generated.arguments, str(target)]) == 1
    told = "backboard_threads._models.structs: ModuleNotFoundError: "
    assert f"generator: the client cannot be imported: {told}" in capsys.readouterr().err
    assert differences(generated.package, target) == []


def test_missing_public_name_leaves_the_old_client(
    generated: Generated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "generator" / "templates", templates)
    package_init = templates / "package_init.py.jinja"
    text = package_init.read_text("utf-8").replace('"Files": "._request.files"', '"Filez": "._request.files"')
    package_init.write_text(text, "utf-8")
    monkeypatch.setattr("generator.project.TEMPLATES", templates)
    assert main([*generated.arguments, str(tmp_path / "package")]) == 1
    assert "backboard_threads: AttributeError: " in capsys.readouterr().err
    assert not (tmp_path / "package").exists()


def test_folder_that_is_not_a_client_is_not_replaced(generated: Generated, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "thesis.txt").write_text("ten years of work", "utf-8")
    with pytest.raises(Unwritable, match="not a client of this generator"):
        replace(tmp_path / "package", generated.package)
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Unwritable, match="not a client of this generator"):
        replace(tmp_path / "file", tmp_path)


def test_failed_replacement_leaves_the_old_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
