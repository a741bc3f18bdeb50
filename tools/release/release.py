"""Whether a tree is fit to be released: version, changelog and what changed since the last release agree."""

import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.release import changelog
from tools.release.changelog import numbered
from tools.release.document_changes import ROOT, Change, Level, document_changes, read
from tools.release.python_changes import python_changes

Version = tuple[int, int, int]
PACKAGE = "generated/backboard_threads"


@dataclass(frozen=True, slots=True)
class Difference:
    """Changes between two releases, the most severe first in both lists."""

    document: list[Change]
    python: list[Change]

    @property
    def level(self) -> Level:
        return max((change.level for change in (*self.document, *self.python)), default=Level.editorial)


def difference(old: Path, new: Path) -> Difference:
    """Compare two trees, each with `openapi.yaml` and the generated package."""
    documents = [read((tree / "openapi.yaml").read_text(encoding="utf-8")) for tree in (old, new)]
    return Difference(document_changes(*documents), python_changes(old / PACKAGE, new / PACKAGE))


def least(last: Version, level: Level) -> Version:
    """The lowest version that may follow a release when this much has changed."""
    major, minor, patch = last
    if level is Level.editorial:
        return major, minor, patch + 1
    if level is Level.additive or major == 0:
        return major, minor + 1, 0
    return major + 1, 0, 0


SAYS = {Level.breaking: {"Changed", "Removed"}, Level.additive: {"Added", "Changed", "Deprecated", "Security"}}


def standing_faults(version: str, log: str) -> Iterator[str]:
    """Faults of any commit, released or not: the changelog's form, and a version without a section in it."""
    yield from (f"CHANGELOG.md: {fault}" for fault in changelog.faults(log))
    try:
        listed = changelog.sections(log)
    except ValueError:
        return
    if version not in {section.version for section in listed}:
        yield f"CHANGELOG.md has no section for {version}"


def faults(version: str, log: str, last: str | None, changed: Difference | None) -> Iterator[str]:
    """Faults that prevent a release of `version`.

    Args:
        version: the version in the document.
        log: the text of CHANGELOG.md.
        last: the version of the last release, None if there was none; then `changed` is None too.
    """
    yield from standing_faults(version, log)
    try:
        listed = {section.version: section for section in changelog.sections(log)}
    except ValueError:
        return
    section = listed.get(version)
    if listed.get("Unreleased", changelog.Section("Unreleased", None)).entries:
        yield "CHANGELOG.md: what stands under `Unreleased` belongs to the version that is released"
    if last is None or changed is None:
        return
    needed = least(numbered(last), changed.level)
    if numbered(version) < needed:
        yield f"{last} -> {version}: the changes are {changed.level.name}, so it must be {'.'.join(map(str, needed))}"
    said = set(section.entries) if section else set()
    for level, kinds in SAYS.items():
        if section and changed.level is level and not said & kinds:
            yield f"CHANGELOG.md: {version} is {level.name}, but has none of {', '.join(sorted(kinds))}"


def version_of(tree: Path) -> str:
    """The version of a tree, where it stands: in its document."""
    return str(read((tree / "openapi.yaml").read_text(encoding="utf-8"))["info"]["version"])


def version_faults(tree: Path) -> Iterator[str]:
    """Whether the version is written anywhere but in the document."""
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    if "version" in project["project"] or project["tool"]["hatch"]["version"]["path"] != "openapi.yaml":
        yield "pyproject.toml has a version of its own"
    if f'"{version_of(tree)}"' not in (tree / PACKAGE / "_api_info.py").read_text(encoding="utf-8"):
        yield "the generated client has another version than the document: run `make generate`"


def last_release() -> str | None:
    """The tag of the last release that this commit descends from, not counting its own."""

    def ask(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    own = [f"--exclude={tag}" for tag in ask("tag", "--points-at", "HEAD").split()]
    return ask("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", *own) or None


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The document and the package of another commit, in a folder of their own.

    Raises:
        LookupError: if there is no such commit or it lacks one of them; with what git said.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit, "openapi.yaml", PACKAGE], cwd=ROOT, capture_output=True, check=False
        )
        if archive.returncode:
            raise LookupError(archive.stderr.decode(errors="replace").strip())
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield Path(folder)
