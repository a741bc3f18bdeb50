"""The contract of the last release stays as it was released: whatever is added, nothing that was there changes."""

import copy
from pathlib import Path
from typing import Any

import yaml

from tests.contract.contract_facts import facts_of
from tools.document import LOADER, document

(RELEASED,) = Path(__file__).with_name("released").glob("openapi-*.yaml")

DELIBERATE: dict[tuple[str, str], str] = {
    ("document", "x-body-limits"): "a form of percent-encoded characters has three times the bytes of its text",
}
"""Facts that are to change with the next release: place and keyword, and why. Empty again after a release."""


def changes(old: dict[str, Any], new: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return what differs where the old document says something; what stands in a new place is an addition."""
    was, now = facts_of(old), facts_of(new)
    places = {place for place, _ in was}
    return {
        fact: f"{was.get(fact)!r} -> {now.get(fact)!r}"
        for fact in was.keys() | {fact for fact in now if fact[0] in places}
        if was.get(fact) != now.get(fact)
    }


def released() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(RELEASED.read_text(encoding="utf-8"), LOADER)
    return loaded


def test_released_contract_has_not_changed() -> None:
    found = changes(released(), document())
    assert {fact: change for fact, change in found.items() if fact not in DELIBERATE} == {}


def test_deliberate_changes_are_real() -> None:
    assert DELIBERATE.keys() <= changes(released(), document()).keys()


def test_comparison_sees_changes_and_lets_additions_pass() -> None:
    changed = copy.deepcopy(document())
    schemas = changed["components"]["schemas"]
    schemas["Name"]["maxLength"] = 256
    schemas["Thread"]["properties"]["note"] = {"type": "string"}
    del changed["paths"]["/threads"]["get"]["responses"]["429"]
    found = changes(document(), changed)
    assert ("createAssistant body application/json.name", "maxLength") in found
    assert any(place.startswith("listThreads 429") for place, _ in found)
    assert not any("note" in place for place, _ in found)
