"""The one set of questions, all of it put to the reference server.

Those for an own server only have here a second account, a server that takes no more requests, and a store that is away.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.support.conformance import KEY, no_rest
from tests.support.server import command_line
from tests.support.server.server_thread import serving
from threads_server.testing import LocalServer
from tools.conformance.questions.all_questions import all_questions
from tools.conformance.questions.statements import GAP, STATEMENTS
from tools.conformance.results import HOLDS, NOT_ASKED, Fact
from tools.conformance.run import Found, run
from tools.document import document, operations, walk
from tools.resources import UNKNOWN, Caller, names_something

# Why a fact may stay open on the reference server.
OPEN = {
    "no answer showed it",
    "it takes longer than anyone can wait",
    "they come when nothing else does",
    "it does not say what it uses",
    "the account has too little for it to make a difference",
}


@contextmanager
def too_many_requests(slow: Caller) -> Iterator[Caller]:
    """A caller of a server that takes one request in 50 seconds, and has taken it."""
    while slow.send(operations()["listThreads"], UNKNOWN).status_code != 429:
        pass
    yield slow


@contextmanager
def store_away(database: Path, caller: Caller) -> Iterator[Caller]:
    """A caller of a server while every statement of its store fails: the tables are elsewhere."""
    with closing(sqlite3.connect(database, timeout=600)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in tables if not name.startswith("sqlite_")]
        connection.executescript("".join(f"ALTER TABLE {name} RENAME TO away_{name};" for name in tables))
        try:
            yield caller
        finally:
            connection.executescript("".join(f"ALTER TABLE away_{name} RENAME TO {name};" for name in tables))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conformance") / "threads.db"


@pytest.fixture(scope="module")
def callers(database: Path) -> Iterator[list[Caller]]:
    """Callers of two accounts of one server, and of a server that takes one request in 50 seconds."""
    other_key = command_line.run("keys", "create", "other", "--database", str(database)).stdout.strip()
    with (
        serving("--database", str(database), environment={"THREADS_SERVER_API_KEY": KEY}) as address,
        LocalServer(in_process=True, arguments=["--rate-limit", "0.02"]) as slow,
        ExitStack() as stack,
    ):
        accounts = [(f"{address}/api", KEY), (f"{address}/api", other_key), (slow.url, slow.api_key)]
        yield [stack.enter_context(closing(Caller(*one))) for one in accounts]


@pytest.fixture(scope="module")
def found(callers: list[Caller], database: Path) -> Found:
    caller, other, slow = callers
    return run(
        *(caller.url, KEY),
        pause=0,
        rest=no_rest,
        largest=10_000_000,
        own_server=True,
        other_key=other.key,
        conditions={429: lambda: too_many_requests(slow), 503: lambda: store_away(database, caller)},
    )


def test_all_holds_on_the_reference_server(found: Found) -> None:
    assert {fact.name: fact.reason for fact in found.faults(strict=True)} == {}
    assert len(found.results.those(HOLDS)) > 900
    assert {fact.reason for fact in found.results.those(NOT_ASKED)} <= OPEN, found.text


def test_open_questions_are_what_the_reference_server_does_not_do(found: Found) -> None:
    """Fields and events that it never sends."""
    names = [fact.name for fact in found.results.those(NOT_ASKED) if fact.reason == "no answer showed it"]
    assert all(re.fullmatch(r"[A-Z]\w+(\.\w+)+", name) for name in names), names


def facts_named(found: Found, ending: str) -> list[Fact]:
    return [fact for fact in found.results.facts.values() if fact.name.endswith(ending)]


def test_no_key_opens_nothing(found: Found) -> None:
    facts = [*facts_named(found, ": 401"), *facts_named(found, "wrong keys")]
    assert [fact.verdict for fact in facts] == [HOLDS] * (len(operations()) + 1)


def test_another_accounts_resources_look_like_none(found: Found) -> None:
    facts = facts_named(found, ": another account")
    assert {fact.verdict for fact in facts} == {HOLDS}
    named = {one.id for one in operations().values() if names_something(one)}
    assert {fact.subject for fact in facts} == named | {"listAssistants", "listThreads"}


def test_nothing_is_left_behind(found: Found, callers: list[Caller]) -> None:
    assert found.results.left == []
    for caller in callers[:2]:
        assert caller.ask("listAssistants") == caller.ask("listThreads") == []


def test_every_sentence_stands_in_the_document() -> None:
    texts = [" ".join(text.split()) for _, text in walk(document()) if isinstance(text, str)]
    sentences = [sentence for one in STATEMENTS for sentence in one.text.split(GAP)]
    assert [sentence for sentence in sentences if not any(sentence in text for text in texts)] == []


def test_names_of_questions_are_short_and_differ() -> None:
    names = [one.name for one in all_questions()]
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > 80] == []


def test_server_note_of_the_introduction_names_the_statuses_that_no_operation_lists() -> None:
    """Not HTTP, no such path or method, OPTIONS, too long a head, a fault of ours."""
    listed = set(re.findall(r"\b\d{3}\b(?! members)", document()["info"]["x-server-note"]))
    assert listed == {"400", "404", "405", "431", "422", "204", "500"}
