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
# file, pattern, replacement, how much it is, and what must be named; each in a file of its own, to be read in one go
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
        "AsyncThreads.list(limit)",
    ),
    "parameter widened": (
        "_async/resources/assistants.py",
        r"limit: int \| Unset = UNSET",
        "limit: int | str | Unset = UNSET",
        "additive",
        "AsyncAssistants.list(limit)",
    ),
    "parameter added": (
        "_sync/resources/assistants.py",
        r"( +)limit: ",
        r"\1order: str | Unset = UNSET,\n\1limit: ",
        "additive",
        "order",
    ),
    "method removed": ("_sync/resources/runs.py", r"def cancel\(", "def _cancel(", "breaking", "Runs.cancel"),
    "answer changed": (
        "_async/resources/messages.py",
        r"(def send\((?s:.*?)-> )models\.Turn:",
        r"\1models.Thread:",
        "breaking",
        "AsyncMessages.send",
    ),
    "field removed": (
        "models/turn.py",
        r"\n    @property\n    def reasoning\((?s:.*?)= value\n",
        "\n",
        "breaking",
        "Turn.reasoning",
    ),
    "field nullable": (
        "models/assistant.py",
        r"\n    name: str\n",
        "\n    name: str | None\n",
        "breaking",
        "Assistant.name",
    ),
    "field added": (
        "models/message.py",
        r"\n    message_id: str\n",
        "\n    message_id: str\n    mood: str\n",
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
    "text changed": ("_sync/resources/messages.py", r"Send message\.", "Post message.", "editorial", ".Messages.send"),
}


@pytest.fixture(scope="module")
def before() -> dict[str, Entry]:
    return roots(PACKAGE)


@pytest.fixture(scope="module")
def changes(before: dict[str, Entry], tmp_path_factory: pytest.TempPathFactory) -> list[Change]:
    """All changes that were found."""
    changed = tmp_path_factory.mktemp("changed") / PACKAGE.name
    shutil.copytree(PACKAGE, changed, ignore=shutil.ignore_patterns("__pycache__"))
    assert len({file for file, *_ in PLANTED.values()}) == len(PLANTED)
    for file, pattern, replacement, *_ in PLANTED.values():
        text, count = re.subn(pattern, replacement, (changed / file).read_text(encoding="utf-8"))
        assert count, f"{file} has no {pattern}"
        (changed / file).write_text(text, encoding="utf-8")
    return api_changes(before, roots(changed))


@pytest.mark.parametrize("kind", PLANTED)
def test_change_is_rated(kind: str, changes: list[Change]) -> None:
    *_, level, named = PLANTED[kind]
    levels = [change.level for change in changes if named in f"{change.place}: {change.text}"]
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
    """A module with one class for each union, of which values are held, given and taken, and one that inherits it."""
    annotations = [" | ".join(sorted(union)) for union in unions]
    source = [
        f"class C{number}:\n held: {one}\n def give(self) -> {one}: ...\n def take(self, value: {one}): ...\n"
        f"class D{number}(C{number}): ...\n"
        for number, one in enumerate(annotations)
    ]
    with griffe.temporary_visited_module("\n".join(source)) as module:
        return module


def test_change_of_types_breaks_unless_less_may_come_or_more_may_be_given() -> None:
    pairs = list(product(UNIONS, UNIONS))
    old, new = classes(was for was, _ in pairs), classes(now for _, now in pairs)
    for kind, (number, (was, now)) in product("CD", enumerate(pairs)):
        name = f"{kind}{number}"
        found = {change.place: change.level for change in api_changes({name: old[name]}, {name: new[name]})}
        come = Level.additive if now < was and now != {"None"} else Level.breaking
        taken = Level.additive if was < now else Level.breaking
        expected = {f"{name}.held": come, f"{name}.give": come, f"{name}.take(value)": taken}
        assert found == ({} if was == now else expected), (was, now)
