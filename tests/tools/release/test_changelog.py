"""The changelog's form, and what is found wrong with one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.release.changelogs import GOOD
from tools.release.changelog import faults, sections
from tools.release.document_changes import ROOT

BAD = {
    "title": ("# Changelog", "# Changes", "the title"),
    "heading": ("## [0.2.0] - 2026-02-05", "## 0.2.0", "line 7: not `## [version] - date`"),
    "kind": ("### Added\n\n- Something", "### New\n\n- Something", "line 9: not one of Added"),
    "loose entry": ("### Added\n\n- Something", "- Something", "line 9: an entry outside"),
    "order": ("## [0.2.0]", "## [0.0.9]", "falling order"),
    "twice": ("## [0.2.0]", "## [0.1.0]", "falling order"),
    "no date": ("## [0.2.0] - 2026-02-05", "## [0.2.0]", "0.2.0 has no date"),
    "no such date": ("2026-02-05", "2026-02-31", "a date that is none"),
    "nothing said": ("### Added\n\n- Something.\n", "", "0.2.0 says nothing"),
    "empty kind": ("- Something.\n", "", "0.2.0 has an empty `Added`"),
    "no place for what comes": ("## [Unreleased]\n", "", "the first section"),
}


def test_changelog_has_its_form() -> None:
    assert list(faults((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))) == []


def test_well_formed_changelog_is_read() -> None:
    assert list(faults(GOOD)) == []
    assert [(one.version, one.released, one.entries) for one in sections(GOOD)] == [
        ("Unreleased", None, {}),
        ("0.2.0", "2026-02-05", {"Added": ["Something."]}),
        ("0.1.0", "2026-01-31", {"Added": ["Everything."]}),
    ]


@pytest.mark.parametrize("kind", BAD)
def test_fault_is_found(kind: str) -> None:
    old, new, expected = BAD[kind]
    assert old in GOOD
    assert expected in "\n".join(faults(GOOD.replace(old, new, 1)))


@given(st.lists(st.tuples(*[st.sampled_from([0, 1, 9, 10])] * 3), min_size=1, max_size=3))
def test_versions_fall_by_their_numbers(versions: list[tuple[int, int, int]]) -> None:
    released = [f"## [{'.'.join(map(str, one))}] - 2026-02-05\n\n### Added\n\n- Something.\n" for one in versions]
    found = "\n".join(faults("\n".join(["# Changelog\n", "## [Unreleased]\n", *released])))
    assert found == (
        "" if all(one > other for one, other in pairwise(versions)) else "the versions are not in falling order"
    )
