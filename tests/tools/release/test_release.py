"""Conditions that prevent a release."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.release.changelogs import GOOD
from tests.support.release.repositories import git
from tools.release.__main__ import main
from tools.release.document_changes import REDOCLY, ROOT, Change, Level
from tools.release.release import (
    PACKAGE,
    Difference,
    faults,
    last_release,
    least,
    standing_faults,
    version_faults,
    version_of,
)


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


def test_between_releases_something_may_be_unreleased() -> None:
    log = GOOD.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Something else.\n")
    assert list(standing_faults("0.2.0", log)) == []
    assert list(standing_faults("0.3.0", log)) == ["CHANGELOG.md has no section for 0.3.0"]
    assert "the title" in "\n".join(standing_faults("0.2.0", log.replace("# Changelog", "# Changes")))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what a release is held against."""
    for name in ("CHANGELOG.md", "openapi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


class TestOfAnyCommit:
    """`python -m tools.release --standing`, which `make check` runs, in a copy of the tree."""

    @pytest.fixture
    def standing(
        self, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> Callable[[], tuple[int, str]]:
        for module in ("tools.release.__main__", "tools.release.release"):
            monkeypatch.setattr(f"{module}.ROOT", tree)
        return lambda: (main(["--standing"]), capsys.readouterr().out)

    def test_in_a_clone_without_tags(self, tree: Path, standing: Callable[[], tuple[int, str]]) -> None:
        assert standing() == (0, f"{version_of(tree)}: {NO_RELEASE}\n")
        with bumped(tree, "9.8.7"):
            code, said = standing()
        assert code == 1
        assert "fault: CHANGELOG.md has no section for 9.8.7" in said

    @pytest.mark.skipif(not REDOCLY.exists(), reason="needs Node 20: `make test` installs the rest")
    def test_after_a_release(self, tree: Path, standing: Callable[[], tuple[int, str]]) -> None:
        version = version_of(tree)
        git(tree, "init", "-q")
        git(tree, "add", ".")
        git(tree, "commit", "-qm", "A release")
        git(tree, "tag", f"v{version}")
        assert standing() == (0, f"{version}: {NO_RELEASE}\n")  # its own tag is nothing to compare with
        git(tree, "commit", "--allow-empty", "-qm", "Work")
        assert standing() == (0, f"{version} is that of v{version}: {NOT_YET}\n")
        with bumped(tree, "9.8.7"):
            code, said = standing()
        assert code == 1
        assert f"{version} (v{version}) -> 9.8.7: editorial" in said
        assert "document: 1 changes\n  editorial " in said
        assert "Python API: 0 changes\n" in said
        assert "fault: CHANGELOG.md has no section for 9.8.7" in said


NO_RELEASE = "no earlier release is known here, so it is held against its section of CHANGELOG.md alone"
NOT_YET = "what came since is not held to be a release yet"


@contextmanager
def bumped(tree: Path, version: str) -> Iterator[None]:
    """The tree with another version, everywhere but in its changelog."""
    files = [tree / "openapi.yaml", tree / "generated" / "backboard_threads" / "_api_info.py"]
    before = [file.read_text(encoding="utf-8") for file in files]
    for file, text in zip(files, before, strict=True):
        file.write_text(text.replace(version_of(ROOT), version), encoding="utf-8")
    yield
    for file, text in zip(files, before, strict=True):
        file.write_text(text, encoding="utf-8")


def test_last_release_is_the_nearest_that_is_part_of_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.release.release.ROOT", tmp_path)
    for arguments, last in (
        (("init", "-qb", "main"), None),
        (("commit", "--allow-empty", "-qm", "First"), None),
        (("tag", "v0.1.0"), None),
        (("commit", "--allow-empty", "-qm", "Second"), "v0.1.0"),
        (("tag", "other"), "v0.1.0"),
        (("checkout", "-qb", "releases"), "v0.1.0"),
        (("commit", "--allow-empty", "-qm", "Release"), "v0.1.0"),
        (("tag", "v0.2.0"), "v0.1.0"),
        (("tag", "v0.2.1"), "v0.1.0"),
        (("checkout", "-q", "main"), "v0.1.0"),
        (("commit", "--allow-empty", "-qm", "Third"), "v0.1.0"),
        (("tag", "-d", "v0.2.1"), "v0.1.0"),
        (("merge", "-q", "--no-ff", "releases"), "v0.2.0"),
        (("tag", "v0.3.0"), "v0.2.0"),
    ):
        git(tmp_path, *arguments)
        assert last_release() == last, arguments


def test_version_stands_in_one_place(tree: Path) -> None:
    assert list(version_faults(tree)) == []
    version, client = version_of(ROOT), tree / "generated" / "backboard_threads" / "_api_info.py"
    written = client.read_text(encoding="utf-8")
    for other in ("9.8.7", f"{version}1", f"1{version}"):
        client.write_text(written.replace(version, other), "utf-8")
        assert "make generate" in "\n".join(version_faults(tree)), other
    project = (tree / "pyproject.toml").read_text(encoding="utf-8")
    (tree / "pyproject.toml").write_text(project.replace('dynamic = ["version"]', 'version = "1.0"'), "utf-8")
    assert "of its own" in "\n".join(version_faults(tree))
