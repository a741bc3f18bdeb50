"""Every kind of change is rated as it should be."""

import copy
import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.release import sample_changes_answers as planted_answers
from tests.support.release import sample_changes_requests as planted_requests
from tests.support.release.sample_changes import PLANTED, Document, planted
from tools.document import document
from tools.release.document_changes import REDOCLY, Change, Level, document_changes
from tools.release.reach import step

pytestmark = pytest.mark.skipif(not REDOCLY.exists(), reason="needs Node 20: `make test` installs the rest")


def touched(old: Any, new: Any, pointer: str = "#") -> Iterator[str]:
    """The places that differ, as JSON pointers, as deep as they can be told."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key in old and key in new:
                yield from touched(old[key], new[key], f"{pointer}/{step(key)}")
            else:
                yield f"{pointer}/{step(key)}"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from touched(was, now, f"{pointer}/{index}")
    elif old != new:
        yield pointer


def meet(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


SMALL = {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": {}, "components": {"schemas": {}}}
SUBJECTS = (planted_requests, planted_answers)
"""The modules whose changes are planted."""


@functools.cache
def changed_places() -> dict[str, list[str]]:
    """The places that each planted change touches, by its name."""
    return {name: list(touched(document(), planted(edit))) for name, _, edit in PLANTED}


def groups() -> list[dict[str, Callable[[Document], object]]]:
    """The planted changes in groups that do not touch each other: a run of redocly costs half a second."""
    found: list[dict[str, Callable[[Document], object]]] = []
    at = changed_places()
    for name, _, edit in PLANTED:
        for group in found:
            if not any(meet(one, two) for other in group for one in at[name] for two in at[other]):
                group[name] = edit
                break
        else:
            found.append({name: edit})
    return found


@pytest.fixture(scope="module")
def rated() -> dict[str, Level]:
    """How heavy each planted change was found to be."""
    levels = {}
    for group in groups():
        changed = copy.deepcopy(document())
        for edit in group.values():
            edit(changed)
        found = document_changes(document(), changed)
        levels |= {name: heaviest(found, changed_places()[name]) for name in group}
    return levels


def heaviest(changes: list[Change], places: list[str]) -> Level:
    """The level of what changed at these places."""
    return max(
        (change.level for change in changes if any(meet(change.place, place) for place in places)),
        default=Level.editorial,
    )


@pytest.mark.timeout(3600)
def test_changes_are_rated(rated: dict[str, Level]) -> None:
    assert {name: level.name for name, level in rated.items()} == {name: level for name, level, _ in PLANTED}


def test_there_are_enough_kinds() -> None:
    assert len({name for name, _, _ in PLANTED}) == len(PLANTED) >= 28


def test_document_that_cannot_be_compared_is_named() -> None:
    with pytest.raises(RuntimeError, match="Unsupported OpenAPI version"):
        document_changes(SMALL, {**SMALL, "openapi": "9.9.9"})
