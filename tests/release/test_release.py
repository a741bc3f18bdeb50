"""What keeps a tree from being released."""

import shutil
from pathlib import Path

import pytest

from tests.release.document_changes import REDOCLY, ROOT, Change, Level
from tests.release.release import Difference, difference, faults, least, version_faults, version_of
from tests.release.test_changelog import GOOD


def changed(level: Level) -> Difference:
    return Difference([Change(level, "#/paths", "something")], [])


@pytest.mark.parametrize(
    ("last", "level", "next_version"),
    [
        ((0, 1, 2), Level.editorial, (0, 1, 3)),
        ((0, 1, 2), Level.additive, (0, 2, 0)),
        ((0, 1, 2), Level.breaking, (0, 2, 0)),
        ((1, 1, 2), Level.editorial, (1, 1, 3)),
        ((1, 1, 2), Level.additive, (1, 2, 0)),
        ((1, 1, 2), Level.breaking, (2, 0, 0)),
    ],
)
def test_least_version(last: tuple[int, int, int], level: Level, next_version: tuple[int, int, int]) -> None:
    assert least(last, level) == next_version


def test_first_release() -> None:
    assert list(faults("0.2.0", GOOD, None, None)) == []


def test_release_without_its_line() -> None:
    assert list(faults("0.3.0", GOOD, "0.2.0", changed(Level.additive))) == ["CHANGELOG.md has no section for 0.3.0"]


def test_release_that_raises_the_version_too_little() -> None:
    log = GOOD.replace("[0.2.0]", "[0.1.1]")
    assert list(faults("0.1.1", log, "0.1.0", changed(Level.editorial))) == []
    assert "must be 0.2.0" in "\n".join(faults("0.1.1", log, "0.1.0", changed(Level.additive)))
    assert "must be 0.1.1" in "\n".join(faults("0.1.0", log, "0.1.0", changed(Level.editorial)))


def test_release_that_does_not_say_what_breaks() -> None:
    assert "none of Changed, Removed" in "\n".join(faults("0.2.0", GOOD, "0.1.0", changed(Level.breaking)))
    said = GOOD.replace("### Added\n\n- Something", "### Removed\n\n- Something")
    assert list(faults("0.2.0", said, "0.1.0", changed(Level.breaking))) == []


def test_release_that_leaves_something_unreleased() -> None:
    log = GOOD.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Something else.\n")
    assert "under `Unreleased`" in "\n".join(faults("0.2.0", log, None, None))


def test_python_api_alone_can_break() -> None:
    broken = Difference([], [Change(Level.breaking, "threads.Threads.get(if_none_match)", "Parameter was removed")])
    assert broken.level is Level.breaking


@pytest.mark.skipif(not REDOCLY.exists(), reason="needs Node 20: `make test` installs the rest")
def test_two_trees_are_compared(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated", tmp_path / "generated")
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text(text.replace("summary: List threads\n", "summary: List all\n"), "utf-8")
    found = difference(tmp_path, ROOT)
    assert [change.text for change in found.document] == ['summary modified: "List all" -> "List threads"']
    assert found.python == []


def test_version_stands_in_one_place(tmp_path: Path) -> None:
    assert list(version_faults(ROOT)) == []
    shutil.copytree(ROOT / "generated", tmp_path / "generated")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text(text.replace(f"version: {version_of(ROOT)}", "version: 9.8.7"), "utf-8")
    assert "make generate" in "\n".join(version_faults(tmp_path))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(project.replace('dynamic = ["version"]', 'version = "1.0"'), "utf-8")
    assert "of its own" in "\n".join(version_faults(tmp_path))
