"""Tests of one's own code against a real server: a process on this machine, with a fresh account for each test.

pip install 'backboard-threads[server]' pytest; pytest examples/test_visits.py
"""

import pytest

from backboard_threads import Backboard


def greet(backboard: Backboard, thread_id: str, name: str) -> str:
    """The code under test: greets a visitor, and says whether they have been here before."""
    seen_before = bool(backboard.threads.get(thread_id).messages)
    backboard.messages.send(thread_id, content=f"My name is {name}.")
    return f"Welcome back, {name}!" if seen_before else f"Welcome, {name}!"


@pytest.fixture
def thread_id(backboard_threads_environment: None) -> str:
    with Backboard() as backboard:
        assistant = backboard.assistants.create(name="Guide")
        return backboard.threads.create(assistant.assistant_id).thread_id


def test_a_visitor_is_remembered(thread_id: str) -> None:
    with Backboard() as backboard:
        assert greet(backboard, thread_id, "Ada") == "Welcome, Ada!"
        assert greet(backboard, thread_id, "Ada") == "Welcome back, Ada!"


def test_every_test_has_an_account_of_its_own(thread_id: str) -> None:
    with Backboard() as backboard:
        assert [thread.thread_id for thread in backboard.threads.iterate()] == [thread_id]
