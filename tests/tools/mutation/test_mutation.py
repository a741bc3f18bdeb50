"""Mutations change what they say, and a sample of them is caught."""

import copy
import json
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools.document import document
from tools.mutation import places
from tools.mutation.__main__ import draw
from tools.mutation.all_mutations import all_mutations, unchanged
from tools.mutation.known import KNOWN
from tools.mutation.mutation import ROOT, Mutation, sample
from tools.mutation.mutators import document_mutations
from tools.mutation.mutators.app_mutations import NULL
from tools.mutation.stages import STAGES, Stage, run_stages

SEED, COUNT = 1, 120
# The mistakes that a reader would try first, each with the kinds that make it.
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


@cache
def mutations() -> list[Mutation]:
    """All mutations; they take seconds to find, so only a test that needs them asks."""
    return all_mutations()


@cache
def chosen() -> list[Mutation]:
    return draw(mutations(), COUNT, SEED)


# A gate asks the same of every commit; `make mutation` draws anew every night.
SAMPLE_SEEDS = {"document": 5, "server": 32}
# Of the server the tests that catch it alone: those before them take ten times as long.
SAMPLE_STAGES = {**STAGES, "server": (Stage("deleting", ("tests/server/runs/test_deleting.py",)),)}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("side", SAMPLE_SEEDS)
def test_sampled_mutation_is_caught(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAGES, side, SAMPLE_STAGES[side])
    candidates = [one for one in chosen() if one.side == side and one.name not in KNOWN]
    (mutation,) = sample(candidates, 1, SAMPLE_SEEDS[side])
    outcome = run_stages(mutation, seconds=3000)
    assert not outcome.survived, f"no test caught {mutation.name}"


def test_readme_says_how_many_mutations_there_are() -> None:
    said = re.search(r"over ([\d,]+) mutations of document, server and client, of (\d+) kinds", readme())
    assert said is not None
    assert int(said[1].replace(",", "")) < len(mutations()) < 1.2 * int(said[1].replace(",", ""))
    assert int(said[2]) == len({mutation.kind for mutation in mutations()})
    assert f"applies {('two', 'three', 'four')[len(SAMPLE_SEEDS) - 2]}." in readme()


def readme() -> str:
    return " ".join((ROOT / "README.md").read_text("utf-8").split())


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that mutations change, but for the document."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "server", folder / "server", ignore=ignored)
    shutil.copytree(ROOT / "generator", folder / "generator", ignore=ignored)
    return folder


def content(tree: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_mutation_of_each_kind_changes_one_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(changed: Any, tree: Path) -> None:
        (tree / "openapi.yaml").write_text(json.dumps(changed), "utf-8")  # as YAML, which takes ten times as long

    monkeypatch.setattr(document_mutations, "write", write)
    write(document(), tree)
    before = content(tree)
    for path in before:
        os.utime(path, (0, 0))
    for mutation in {(one.side, one.kind): one for one in mutations()}.values():
        mutation.apply(tree)
        changed = [path for path in before if path.stat().st_mtime and path.read_bytes() != before[path]]
        # a 404 in one place becomes `null` where all errors are answered
        assert len(changed) == (2 if mutation.kind == NULL and "/" in mutation.place else 1), mutation.name
        for path in changed:
            path.write_bytes(before[path])
            os.utime(path, (0, 0))
    assert content(tree) == before


def test_unchanged_tree_stays_the_same(tree: Path) -> None:
    document_mutations.write(document(), tree)
    before = content(tree)
    for side in STAGES:
        unchanged(side).apply(tree)
    assert content(tree) == before


def test_sample_has_every_kind() -> None:
    names = [mutation.name for mutation in mutations()]
    assert len(set(names)) == len(names) > 1000
    assert len(chosen()) == COUNT >= 80
    assert {(mutation.side, mutation.kind) for mutation in chosen()} == {
        (mutation.side, mutation.kind) for mutation in mutations()
    }


def test_expected_kinds_are_in_the_sample() -> None:
    kinds = {f"{mutation.side}: {mutation.kind}" for mutation in chosen()}
    assert {kind for expected in EXPECTED.values() for kind in expected} - kinds == set()


def test_dropped_media_types_are_of_bodies_and_responses() -> None:
    dropped = [mutation.place for mutation in mutations() if mutation.kind == "media type dropped"]
    assert dropped
    assert all(re.search(r"/(requestBody|responses/[^/]+)/content/\w+/[\w-]+$", f"/{place}") for place in dropped)


def test_null_mutation_exists_for_every_operation_with_a_404() -> None:
    places_of_null = {mutation.place for mutation in mutations() if mutation.kind == NULL}
    assert {node["operationId"] for _, node in places.operations() if "404" in node["responses"]} <= places_of_null


def test_sample_of_one_mutation_less_changes_little() -> None:
    without = sample([mutation for mutation in mutations() if mutation is not chosen()[0]], COUNT, SEED)
    assert (
        len({mutation.name for mutation in sample(mutations(), COUNT, SEED)} - {mutation.name for mutation in without})
        <= 1
    )


def test_known_survivors_exist_and_have_reasons() -> None:
    assert KNOWN.keys() <= {mutation.name for mutation in mutations()}
    assert all(reason.endswith(".") for reason in KNOWN.values())


def test_new_operation_has_mutations(monkeypatch: pytest.MonkeyPatch) -> None:
    extended: Any = copy.deepcopy(document())
    operation = {**extended["paths"]["/threads"]["get"], "operationId": "searchThreads"}
    extended["paths"]["/threads/search"] = {"get": operation}
    monkeypatch.setattr(places, "document", lambda: extended)
    places.nodes.cache_clear()
    kinds = {mutation.kind for mutation in document_mutations.document_mutations() if "search" in mutation.place}
    places.nodes.cache_clear()
    assert {"status removed", "operation renamed", "parameter dropped", "security removed", "method changed"} <= kinds
