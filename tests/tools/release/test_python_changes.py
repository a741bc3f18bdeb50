"""The Python API's difference, on copies of the client with one change each."""

import re
import shutil
from collections.abc import Iterable
from itertools import combinations, product

import griffe
import pytest

from tools.release.document_changes import ROOT, Change, Level
from tools.release.python_changes import Entry, api_changes, roots

PACKAGE = ROOT / "generated" / "backboard_threads"
# file, pattern, replacement, how much it is, and what must be named
PLANTED = {
    "parameter renamed": ("_sync/resources/threads.py", r"\bif_none_match: ", "if_none: ", "breaking", "if_none_match"),
    "parameter required": (
        "_async/resources/runs.py",
        r"last_event_id: str \| Unset = UNSET",
        "last_event_id: str",
        "breaking",
        "last_event_id",
    ),
    "parameter narrowed": (
        "_async/resources/threads.py",
        r"limit: int \| Unset = UNSET",
        "limit: Unset = UNSET",
        "breaking",
        "limit",
    ),
    "parameter widened": (
        "_async/resources/threads.py",
        r"limit: int \| Unset = UNSET",
        "limit: int | str | Unset = UNSET",
        "additive",
        "limit",
    ),
    "parameter added": (
        "_sync/resources/threads.py",
        r"( +)if_none_match: ",
        r"\1order: str | Unset = UNSET,\n\1if_none_match: ",
        "additive",
        "order",
    ),
    "method removed": ("_sync/resources/threads.py", r"def delete\(", "def _delete(", "breaking", "delete"),
    "answer changed": (
        "_sync/resources/threads.py",
        r"(def get\((?s:.*?)-> )models\.Thread:",
        r"\1models.Turn:",
        "breaking",
        "get",
    ),
    "field removed": (
        "models/turn.py",
        r"\n    @property\n    def reasoning\((?s:.*?)= value\n",
        "\n",
        "breaking",
        "reasoning",
    ),
    "field nullable": ("models/turn.py", r"\n    message: str\n", "\n    message: str | None\n", "breaking", "message"),
    "field added": (
        "models/turn.py",
        r"\n    message: str\n",
        "\n    message: str\n    mood: str\n",
        "additive",
        "mood",
    ),
    "model removed": (
        "models/__init__.py",
        r"\n    from .context_usage import [^\n]*",
        "",
        "breaking",
        "models.ContextUsage",
    ),
    "member removed": ("models/message_role.py", r"\n    TOOL = [^\n]*", "", "breaking", "TOOL"),
    "error moved": (
        "_errors.py",
        r"class NotFoundError\(APIStatusError\)",
        "class NotFoundError(APIError)",
        "breaking",
        "NotFoundError",
    ),
    "name removed": ("__init__.py", r"\n    \"Timeout\",\n", "\n", "breaking", "Timeout"),
    "text changed": ("_sync/resources/threads.py", r"Get thread\.", "Fetch thread.", "editorial", ""),
}


def groups() -> list[list[str]]:
    """The planted changes in groups that change each file once: to read a package costs half a second."""
    found: list[list[str]] = []
    for kind, (file, *_) in PLANTED.items():
        for group in found:
            if file not in {PLANTED[other][0] for other in group}:
                group.append(kind)
                break
        else:
            found.append([kind])
    return found


@pytest.fixture(scope="module")
def before() -> dict[str, Entry]:
    return roots(PACKAGE)


@pytest.fixture(scope="module")
def changes(before: dict[str, Entry], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Change]]:
    """All changes that were found where a kind was planted."""
    found: dict[str, list[Change]] = {}
    for group in groups():
        changed = tmp_path_factory.mktemp("changed") / PACKAGE.name
        shutil.copytree(PACKAGE, changed, ignore=shutil.ignore_patterns("__pycache__"))
        for kind in group:
            file, pattern, replacement, *_ = PLANTED[kind]
            text, count = re.subn(pattern, replacement, (changed / file).read_text(encoding="utf-8"), count=0)
            assert count, f"{file} has no {pattern}"
            (changed / file).write_text(text, encoding="utf-8")
        found |= dict.fromkeys(group, api_changes(before, roots(changed)))
    return found


@pytest.mark.parametrize("kind", PLANTED)
def test_change_is_rated(kind: str, changes: dict[str, list[Change]]) -> None:
    *_, level, named = PLANTED[kind]
    levels = [change.level for change in changes[kind] if named in f"{change.place}: {change.text}"]
    if level == "editorial":
        levels = [change.level for change in changes[kind] if change.place.startswith("threads.Threads.get")]
    assert max(levels, default=Level.editorial).name == level


def test_nothing_changed(before: dict[str, Entry]) -> None:
    assert api_changes(before, before) == []


UNIONS = [
    frozenset(union)
    for size in range(1, 5)
    for union in combinations(["int", "list[int | str]", "dict[str, int]", "None"], size)
]
"""What a value may be."""


def classes(unions: Iterable[frozenset[str]]) -> griffe.Module:
    """A module with one class for each union, of which values are held, given and taken."""
    annotations = [" | ".join(sorted(union)) for union in unions]
    source = [
        f"class C{number}:\n held: {one}\n def give(self) -> {one}: ...\n def take(self, value: {one}): ...\n"
        for number, one in enumerate(annotations)
    ]
    with griffe.temporary_visited_module("\n".join(source)) as module:
        return module


def test_change_of_types_breaks_unless_less_may_come_or_more_may_be_given() -> None:
    pairs = list(product(UNIONS, UNIONS))
    old, new = classes(was for was, _ in pairs), classes(now for _, now in pairs)
    for number, (was, now) in enumerate(pairs):
        name = f"C{number}"
        found = {change.place: change.level for change in api_changes({name: old[name]}, {name: new[name]})}
        come = Level.additive if now < was and now != {"None"} else Level.breaking
        taken = Level.additive if was < now else Level.breaking
        expected = {f"{name}.held": come, f"{name}.give": come, f"{name}.take(value)": taken}
        assert found == ({} if was == now else expected), (was, now)
