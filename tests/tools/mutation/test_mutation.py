"""The lies themselves are lies, and a few of them, others with each commit, are told and found out."""

import copy
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.document import document
from tools.mutation import document_mutations as document_mutations
from tools.mutation import places
from tools.mutation.__main__ import draw
from tools.mutation.all_mutations import all_mutations, honest
from tools.mutation.app_mutations import NULL
from tools.mutation.known import KNOWN
from tools.mutation.mutation import ROOT, Mutation, sample
from tools.mutation.stages import STAGES, run_stages

SEED, COUNT = 1, 120
LIES = all_mutations()
WHOLE = draw(LIES, COUNT, SEED)
ONE_OF_EACH = list({(mutation.side, mutation.kind): mutation for mutation in LIES}.values())
# What a reader who distrusts the project would try first, each with the kinds that tell it.
EXPECTED = {
    "document: limit raised": ("document: limit raised",),
    "document: field made optional": ("document: field optional",),
    "document: type widened": ("document: type widened",),
    "document: status removed or added": ("document: status removed", "document: status added"),
    "document: media type dropped": ("document: media type dropped",),
    "document: operationId or parameter renamed": ("document: operation renamed", "document: parameter renamed"),
    "document: example stale": ("document: example stale",),
    "document: link wrong": (
        *("document: link to another operation", "document: link to another field", "document: link dropped"),
    ),
    "document: header dropped": ("document: header dropped",),
    "document: enum value added": ("document: choice added",),
    "document: security removed": ("document: security removed",),
    "server: field dropped": ("server: field dropped",),
    "server: order reversed": ("server: order reversed",),
    "server: wrong status": ("server: wrong status",),
    "server: stored but not returned": ("server: stored but not returned",),
    "server: event missing": ("server: event missing",),
    "server: auth skipped on one operation": ("server: key not asked for",),
    "server: time without zone": ("server: zone forgotten",),
    "server: 404 as 200 with null": ("server: 404 as 200 with null",),
    "client: parameter not sent": ("client: parameter not sent",),
    "client: wrong encoding": ("client: wrong encoding",),
    "client: error swallowed": ("client: error swallowed",),
    "client: field ignored": ("client: field ignored",),
    "client: retry on the wrong method": ("client: one too many",),
}


def todays() -> list[Mutation]:
    """Two lies of the document and one of the server or the client, drawn by the commit from those of the table."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    seed = int(done.stdout.strip() or "0", 16) % 2**32
    told = [mutation for mutation in WHOLE if mutation.name not in KNOWN]
    sides = {"document": 2, ("server", "client")[seed % 2]: 1}
    return [
        mutation
        for side, count in sides.items()
        for mutation in sample((one for one in told if one.side == side), count, seed)
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lie", todays(), ids=lambda mutation: mutation.name)
def test_lie_is_found_out(mutation: Mutation) -> None:
    outcome = run_stages(mutation)
    assert not outcome.survived, f"no test found it: {mutation.name}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files in which lies are told."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "server", folder / "server", ignore=ignored)
    shutil.copytree(ROOT / "generator", folder / "generator", ignore=ignored)
    document_mutations.write(document(), folder)
    return folder


def content(tree: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lie", ONE_OF_EACH, ids=lambda mutation: f"{mutation.side}: {mutation.kind}")
def test_a_lie_changes_one_file(mutation: Mutation, tree: Path) -> None:
    before = content(tree)
    mutation.apply(tree)
    after = content(tree)
    changed = [path for path in after if after[path] != before.get(path)]
    for path in changed:
        path.write_bytes(before[path])
    # a refusal in one place becomes `null` where all of them are answered
    assert len(changed) == (2 if mutation.kind == NULL and "/" in mutation.place else 1)
    assert before.keys() == after.keys()


def test_the_truth_changes_nothing(tree: Path) -> None:
    before = content(tree)
    for side in STAGES:
        honest(side).apply(tree)
    assert content(tree) == before


def test_lies_are_many_and_of_many_kinds() -> None:
    names = [mutation.name for mutation in LIES]
    assert len(set(names)) == len(names) > 1000
    assert len(WHOLE) == COUNT >= 80
    assert {(mutation.side, mutation.kind) for mutation in WHOLE} == {
        (mutation.side, mutation.kind) for mutation in LIES
    }


@pytest.mark.parametrize("kind", EXPECTED)
def test_kind_is_told(kind: str) -> None:
    told = {f"{mutation.side}: {mutation.kind}" for mutation in WHOLE}
    assert set(EXPECTED[kind]) <= told


def test_media_types_are_those_of_bodies_and_answers() -> None:
    dropped = [mutation.place for mutation in LIES if mutation.kind == "media type dropped"]
    assert dropped
    assert all(re.search(r"/(requestBody|responses/[^/]+)/content/\w+/[\w-]+$", f"/{place}") for place in dropped)


def test_every_operation_with_a_404_answers_null_in_its_stead() -> None:
    told = {mutation.place for mutation in LIES if mutation.kind == NULL}
    assert {node["operationId"] for _, node in places.operations() if "404" in node["responses"]} <= told


def test_the_committed_table_has_every_kind_and_no_survivor() -> None:
    text = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:document|prose|server|client): .*) \| [\w ]+ \| .* \| \d+ \|$", text, re.MULTILINE)
    survivors = re.findall(r"^- survived: `(.*?)`: (.*)$", text, re.MULTILINE)
    assert [name for name, reason in survivors if KNOWN.get(name) != reason] == []
    assert len(rows) >= 80
    named = {tuple(name.split(": ")[:2]) for name in (*rows, *(name for name, _ in survivors))}
    assert {(mutation.side, mutation.kind) for mutation in LIES} <= named


def test_a_sample_hardly_changes_with_what_can_be_told() -> None:
    without = sample([mutation for mutation in LIES if mutation is not WHOLE[0]], COUNT, SEED)
    assert len({mutation.name for mutation in sample(LIES, COUNT, SEED)} - {mutation.name for mutation in without}) <= 1


def test_lies_that_survive_can_still_be_told() -> None:
    assert KNOWN.keys() <= {mutation.name for mutation in LIES}
    assert all(reason.endswith(".") for reason in KNOWN.values())


def test_new_operations_are_lied_about_too(monkeypatch: pytest.MonkeyPatch) -> None:
    extended: Any = copy.deepcopy(document())
    operation = {**extended["paths"]["/threads"]["get"], "operationId": "searchThreads"}
    extended["paths"]["/threads/search"] = {"get": operation}
    monkeypatch.setattr(places, "document", lambda: extended)
    places.nodes.cache_clear()
    kinds = {mutation.kind for mutation in document_mutations.document_mutations() if "search" in mutation.place}
    places.nodes.cache_clear()
    assert {"status removed", "operation renamed", "parameter dropped", "security removed", "method changed"} <= kinds
