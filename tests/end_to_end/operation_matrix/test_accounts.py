"""Object-level authorization: two keys, every operation. What is another account's looks like what does not exist."""

from typing import Any

import pytest

from tools.document import Operation, operations
from tools.resources import UNKNOWN, Caller, Resources, names_something

OPERATIONS = list(operations().values())
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
each_that_names_something = pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if names_something(one)], ids=lambda one: one.id
)


def seen(caller: Caller, resources: Resources) -> list[Any]:
    """All that its owner sees of some resources."""
    reads = ("getAssistant", "getThread", "listAssistantThreads")
    found = [caller.ask(name, resources) for name in reads]
    return [*found, caller.send(operations()["streamRunEvents"], resources).text]


@each_operation
def test_owner_succeeds(ada: Caller, operation: Operation) -> None:
    """The control: without it, nothing below would prove anything."""
    response = ada.send(operation, ada.resources_for(operation))
    assert response.status_code == 200, response.text


@each_that_names_something
def test_another_accounts_things_look_like_none(ada: Caller, bob: Caller, operation: Operation) -> None:
    resources = ada.resources_for(operation)
    before = seen(ada, resources)
    response, of_none = bob.send(operation, resources), bob.send(operation, UNKNOWN)
    assert response.status_code == 404
    assert (response.status_code, response.json()) == (of_none.status_code, of_none.json())
    assert response.headers.keys() == of_none.headers.keys()
    assert seen(ada, resources) == before, "the other account changed something"


@pytest.mark.parametrize("name", ["listAssistants", "listThreads"])
def test_lists_hold_nothing_of_another_account(ada: Caller, bob: Caller, name: str) -> None:
    mine, theirs = ada.resources(), bob.resources()
    text = str(bob.ask(name))
    assert theirs.assistant_id in text or theirs.thread_id in text
    assert mine.assistant_id not in text
    assert mine.thread_id not in text


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.path.count("{") > 1], ids=lambda one: one.id)
def test_one_own_thing_does_not_open_anothers(ada: Caller, bob: Caller, operation: Operation) -> None:
    """A thread of one's own with a run, or an assistant, of someone else's."""
    theirs, mine = ada.resources_for(operation), bob.resources_for(operation)
    mixed = Resources(mine.assistant_id, mine.thread_id, theirs.run_id)
    assert bob.send(operation, mixed).status_code == 404
    mixed = Resources(mine.assistant_id, theirs.thread_id, mine.run_id)
    assert bob.send(operation, mixed).status_code == 404


@each_operation
@pytest.mark.parametrize("key", [None, "", "wrong", "ada's keyx"])
def test_no_key_opens_nothing(ada: Caller, operation: Operation, key: str | None) -> None:
    resources = ada.resources_for(operation)
    before = seen(ada, resources)
    response = ada.send(operation, resources, headers={"X-API-Key": key})
    assert response.status_code == 401
    assert response.json() == {"detail": "Invalid or missing API key"}
    assert seen(ada, resources) == before


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "post"], ids=lambda one: one.id)
def test_idempotency_keys_belong_to_their_account(ada: Caller, bob: Caller, operation: Operation) -> None:
    key: dict[str, str | None] = {"Idempotency-Key": f"shared-{operation.id}"}
    first = ada.send(operation, ada.resources_for(operation), headers=key)
    second = bob.send(operation, bob.resources_for(operation), headers=key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "Idempotency-Replayed" not in second.headers
    assert first.json() != second.json()
