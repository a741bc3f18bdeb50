"""CHANGELOG.md in the form of Keep a Changelog (https://keepachangelog.com/en/1.1.0), read and held to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
HEADING = re.compile(r"## \[(?P<version>Unreleased|\d+\.\d+\.\d+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?( \[YANKED\])?")


@dataclass(slots=True)
class Section:
    """One version's section: its heading and the entries of each kind."""

    version: str
    released: str | None
    entries: dict[str, list[str]] = field(default_factory=dict)


def sections(text: str) -> list[Section]:
    """The sections in the order of the file.

    Raises:
        ValueError: naming the first line that is not in the form.
    """
    found: list[Section] = []
    entries: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            match = HEADING.fullmatch(line)
            if match is None:
                raise ValueError(f"line {number}: not `## [version] - date`: {line}")
            found.append(Section(match["version"], match["date"]))
            entries = None
        elif line.startswith("### "):
            kind = line.removeprefix("### ")
            if not found or kind not in KINDS:
                raise ValueError(f"line {number}: not one of {', '.join(KINDS)}: {line}")
            entries = found[-1].entries.setdefault(kind, [])
        elif line.startswith("- "):
            if entries is None:
                raise ValueError(f"line {number}: an entry outside any kind of change: {line}")
            entries.append(line.removeprefix("- "))
    return found


def faults(text: str) -> Iterator[str]:
    """Return the problems of the file itself, whatever is released."""
    if not text.startswith("# Changelog\n"):
        yield "the title is not `# Changelog`"
    try:
        listed = sections(text)
    except ValueError as error:
        yield str(error)
        return
    if [section.version for section in listed].count("Unreleased") > 1:
        yield "`Unreleased` stands there twice"
    released = [section for section in listed if section.version != "Unreleased"]
    if listed and listed[0].version != "Unreleased":
        yield "the first section is not `Unreleased`"
    numbers = [numbered(section.version) for section in released]
    if numbers != sorted(set(numbers), reverse=True):
        yield "the versions are not in falling order"
    for section in released:
        if section.released is None:
            yield f"{section.version} has no date"
        elif not is_date(section.released):
            yield f"{section.version} has a date that is none: {section.released}"
        if not section.entries:
            yield f"{section.version} says nothing"
    for section in listed:
        for kind, entries in section.entries.items():
            if not entries:
                yield f"{section.version} has an empty `{kind}`"


def numbered(version: str) -> tuple[int, int, int]:
    """A version as numbers, so that it can be compared."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
