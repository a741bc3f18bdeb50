"""The clients in other languages: what can be held without their tools. `make languages` builds and runs them."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.generator import source
from tools.document import ROOT
from tools.languages import checksums
from tools.languages.__main__ import LANGUAGES, main

FOLDER = ROOT / "languages"
ENDS = source.DOCUMENT.raw["components"]["schemas"]["StreamEvent"]["x-stream-ends"]
READERS = {
    "typescript": "src/events.ts",
    "java": "src/main/java/com/example/StreamedTurn.java",
    "go": "backboard/events.go",
    "rust": "src/events.rs",
}
EXACT = re.compile(r"=?\d+(\.\d+)+")


def test_every_folder_is_a_language() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name not in {"__pycache__", "document"}}
    assert folders == set(LANGUAGES) == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_stream_readers_know_the_final_events(name: str) -> None:
    """Generators leave `x-stream-ends` out, so each reader repeats it; here it is held to the document."""
    source = (FOLDER / name / READERS[name]).read_text()
    listed = re.search(r"(?:STREAM_ENDS|streamEnds)\b[^\"]*((?:\"\w+\",?\s*)+)", source)
    assert listed is not None
    assert re.findall(r'"(\w+)"', listed[1]) == ENDS


def test_every_generator_is_pinned() -> None:
    package = json.loads((FOLDER / "typescript/package.json").read_text())
    cargo = tomllib.loads((FOLDER / "rust/Cargo.toml").read_text())
    pom = ElementTree.parse(FOLDER / "java/pom.xml")
    versions = [
        *package["dependencies"].values(),
        *package["devDependencies"].values(),
        *(one["version"] if isinstance(one, dict) else one for one in cargo["dependencies"].values()),
        *(one["version"] for one in cargo["build-dependencies"].values()),
        *(element.text or "" for element in pom.iter() if element.tag.endswith("}version") and element.text),
        *(line.split()[1].removeprefix("v") for line in required((FOLDER / "go/go.mod").read_text())),
    ]
    assert len(versions) > 40
    assert [one for one in versions if not EXACT.match(one) and one not in {"${jackson.version}", "0"}] == []


def test_nothing_generated_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", str(FOLDER)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [path for path in listed.stdout.split() if re.search(r"generated|\.gen\.|/target/|/build/", path)] == []


def test_unknown_language_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cobol"])
    assert "no such language: cobol" in capsys.readouterr().err


def test_missing_tool_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["go"])
    assert ended.value.code == "languages: Go needs go, not found on this machine"


def required(go_mod: str) -> list[str]:
    return re.findall(r"^\s*(?:require )?([\w./-]+ v[\w.+-]+)", go_mod, re.MULTILINE)


def test_every_tool_that_is_listed_is_run_in_its_version() -> None:
    """Rows of "Which form for which tool": each names what a world test or `make languages` runs, as pinned there."""
    text = (ROOT / "docs" / "languages.md").read_text().partition("## Which form for which tool")[2]
    rows = re.findall(r"^\| (.+?) \| ([\d., ]+) \| .* \|$", text.partition("\n## ")[0], re.MULTILINE)
    folders = [ROOT / "tests" / "world" / "document", FOLDER]
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.split()]
    files += [ROOT / name for name in ("pyproject.toml", "package.json", "tools/languages/__main__.py")]
    pinned = "\n".join(path.read_text() for path in files).lower().replace("_", "-")
    assert len(rows) > 12
    for tools, versions in rows:
        for tool in re.findall(r"[a-z][\w-]+(?=[ ,:(]|$)", tools.partition(", with")[0].lower()):
            assert tool in pinned or tool in ("with", "their", "own", "rules", "node"), tool
        for version in versions.split(", "):
            assert version in pinned, (tools, version)


@pytest.mark.parametrize("changes", [{"b.jar": b"b"}, {"a.jar": b"other"}, {"a.jar": None}], ids=str)
def test_a_jar_that_is_new_changed_or_missing_is_refused(tmp_path: Path, changes: dict[str, bytes | None]) -> None:
    jars = tmp_path / "target" / "lib"
    jars.mkdir(parents=True)
    for name in ("a.jar", "c.jar"):
        jars.joinpath(name).write_bytes(name.encode())
    checksums.of_jars(tmp_path, lock=True)
    checksums.of_jars(tmp_path, lock=False)
    for name, content in changes.items():
        jars.joinpath(name).unlink(missing_ok=True)
        if content is not None:
            jars.joinpath(name).write_bytes(content)
        with pytest.raises(checksums.WrongChecksum, match=re.escape(name)):
            checksums.of_jars(tmp_path, lock=False)


def test_cargo_reads_the_locked_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock that is kept names no address; the one that Cargo reads names that of its registry."""
    resolved = 'name = "a"\nversion = "{}"\nsource = "registry+index"\nchecksum = "{}"\n'

    def generate(command: list[str], *, cwd: Path, check: bool) -> None:
        assert command[:2] == ["cargo", "generate-lockfile"]
        cwd.joinpath("Cargo.lock").write_text(resolved.format(*versions.pop(0)))

    versions = [("1", "old"), ("2", "new")]
    monkeypatch.setattr("tools.languages.checksums.subprocess.run", generate)
    checksums.of_crates(tmp_path, lock=True)
    assert "index" not in tmp_path.joinpath("Cargo.lock.in").read_text()
    checksums.of_crates(tmp_path, lock=False)
    assert tmp_path.joinpath("Cargo.lock").read_text() == resolved.format("1", "old")
