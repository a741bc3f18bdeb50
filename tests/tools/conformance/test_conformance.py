"""The questions, put to the reference server and to servers behind a proxy that alters requests or responses."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.support.conformance import KEY, put_only
from tests.support.faulty_proxy import Exchange, faulty_proxy
from threads_server.testing import LocalServer
from tools.conformance.questions.all_questions import all_questions
from tools.conformance.questions.statements import GAP, STATEMENTS
from tools.conformance.results import DOES_NOT, HOLDS, NOT_ASKED, NOT_OURS_TO_CAUSE
from tools.conformance.run import Found, KeyRefused, Unreachable, run
from tools.document import PATH, document, operations, walk
from tools.resources import Caller, Resources
from tools.triggers import TRIGGERS

# Why a fact may stay open on the reference server.
OPEN = {
    "only a caller who is a nuisance sees it",
    "it cannot be brought about from outside",
    "no answer showed it",
    "it takes a second account",
    "it takes longer than anyone can wait",
    "they come when nothing else does",
    "it does not say what it uses",
    "the account has too little for it to make a difference",
}


@pytest.fixture(scope="module")
def found(server: LocalServer) -> Found:
    return run(server.url, KEY, pause=0, largest=10_000_000, own_server=True)


def test_all_holds_on_the_reference_server(found: Found) -> None:
    assert found.faults(strict=True) == []
    assert len(found.results.those(HOLDS)) > 700
    assert {fact.reason for fact in found.results.those(NOT_ASKED)} <= OPEN, found.text


def test_open_questions_are_what_the_reference_server_does_not_do(found: Found) -> None:
    """Fields and events that it never sends, and the two statuses that nobody can ask for."""
    names = [fact.name for fact in found.results.those(NOT_ASKED) if fact.reason == "no answer showed it"]
    assert all(re.fullmatch(r"[A-Z]\w+(\.\w+)+", name) for name in names), names


def test_nothing_is_left_behind(found: Found, server: LocalServer) -> None:
    assert found.requests > 300
    caller = Caller(server.url, KEY)
    assert caller.ask("listAssistants") == caller.ask("listThreads") == []
    caller.close()


def test_reports_agree(found: Found) -> None:
    facts = json.loads(found.json)["facts"]
    suite = ElementTree.fromstring(found.junit)
    assert len(facts) == int(suite.attrib["tests"]) == len(suite) == len(found.results.facts)
    assert f"{len(found.results.those(HOLDS))} holds, 0 does not hold" in found.text


def test_every_sentence_stands_in_the_document() -> None:
    texts = [" ".join(text.split()) for _, text in walk(document()) if isinstance(text, str)]
    sentences = [sentence for one in STATEMENTS for sentence in one.text.split(GAP)]
    assert [sentence for sentence in sentences if not any(sentence in text for text in texts)] == []


def test_names_are_short_and_differ() -> None:
    names = [one.name for one in all_questions()]
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > 80] == []


def test_every_documented_status_is_asked_for_or_cannot_be() -> None:
    documented = {int(status) for operation in operations().values() for status in operation.responses}
    assert documented == TRIGGERS.keys() | NOT_OURS_TO_CAUSE.keys()


def forget_nothing(exchange: Exchange) -> None:
    """Says that it deleted, and did not."""
    if exchange.method == "DELETE" and "X-API-Key" in exchange.headers and "If-Match" not in exchange.headers:
        kind = "thread" if "/threads/" in exchange.path else "assistant"
        exchange.status, exchange.answer_headers = 200, {"Content-Type": "application/json", "X-Request-ID": "1"}
        identifier = exchange.path.rpartition("/")[2]
        answer = {"message": "Deleted", f"{kind}_id": identifier, "deleted_at": "2026-02-05T02:15:37.795Z"}
        exchange.answer = json.dumps(answer).encode()


def let_everyone_in(exchange: Exchange) -> None:
    """Takes any key."""
    exchange.headers["X-API-Key"] = KEY


def take_any_limit(exchange: Exchange) -> None:
    """Cuts a limit to what it likes instead of refusing it."""
    exchange.path = re.sub(r"limit=(201|0)\b", "limit=200", exchange.path)


def turn_lists_round(exchange: Exchange) -> None:
    """Gives the oldest first."""
    if exchange.answer.startswith(b"[") and exchange.status == 200:
        exchange.answer = json.dumps(json.loads(exchange.answer)[::-1]).encode()


def leave_out_a_date(exchange: Exchange) -> None:
    """Does not say when a thread was created, and makes ids of another kind."""
    if exchange.status == 200 and b'"thread_id"' in exchange.answer and exchange.answer.startswith(b"{"):
        answer = json.loads(exchange.answer)
        if "messages" in answer:
            del answer["created_at"]
        exchange.answer = json.dumps(answer).encode()


@pytest.fixture
def furnished(server: LocalServer) -> Iterator[LocalServer]:
    """The server with resources to read, and empty again afterwards."""
    caller = Caller(server.url, KEY)
    for _ in range(3):
        caller.resources()
    yield server
    for assistant in caller.ask("listAssistants"):
        caller.send(operations()["deleteAssistant"], Resources(assistant["assistant_id"], "", ""))
    caller.close()


def before(exchange: Exchange) -> None:
    let_everyone_in(exchange)
    take_any_limit(exchange)


def after(exchange: Exchange) -> None:
    turn_lists_round(exchange)
    leave_out_a_date(exchange)


def test_server_with_faults_fails_where_they_show(furnished: LocalServer) -> None:
    with faulty_proxy(furnished.url, before=before, after=after) as (url, _):
        names = [fact.name for fact in run(url, KEY, pause=0, read_only=True).results.those(DOES_NOT)]
    for fact in (
        *("getThread: 401", "listAssistants: 401"),
        *("listThreads ?limit may not be 201", "listAssistants ?limit may not be 0"),
        "listThreads: order",
        "Thread.created_at",
    ):
        assert any(name.startswith(fact) for name in names), fact


def test_server_that_deletes_nothing_fails(furnished: LocalServer) -> None:
    names = ("delete_thread", "delete_assistant", "deleteThread: 404")
    with faulty_proxy(furnished.url, before=forget_nothing) as (url, _):
        results = put_only(url, *names)
    failed = [fact.name for fact in results.those(DOES_NOT)]
    assert [name for name in names if not any(one.startswith(name) for one in failed)] == []


def command(url: str, *options: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.conformance", "--base-url", url, "--pause", "0", *options],
        env={**os.environ, "API_KEY": key},
        cwd=PATH.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_says_what_is_wrong_with_the_key(server: LocalServer) -> None:
    done = command(server.url, key="wrong")
    assert done.returncode == 2
    assert "does not take the key" in done.stderr
    assert "Traceback" not in done.stderr


def test_command_only_reads_when_told_to(server: LocalServer) -> None:
    caller = Caller(server.url, KEY)
    resources = caller.resources()
    before = [caller.ask("listAssistants"), caller.ask("listThreads")]
    with faulty_proxy(server.url) as (url, seen):
        done = command(url, "--read-only")
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[1-9]\d{2,} holds, 0 does not hold", done.stdout), done.stdout
    assert {exchange.method for exchange in seen} <= {"GET", "HEAD", "OPTIONS"}
    assert [caller.ask("listAssistants"), caller.ask("listThreads")] == before
    caller.send(operations()["deleteAssistant"], resources)
    caller.close()


def test_wrong_key_and_missing_server_are_told_apart(server: LocalServer) -> None:
    with pytest.raises(KeyRefused):
        run(server.url, "wrong")
    with pytest.raises(Unreachable, match="cannot be reached"):
        run("http://127.0.0.1:9/api", KEY, rest=lambda _: None)
    with pytest.raises(Unreachable, match="is no such server"):
        run(server.url.removesuffix("/api"), KEY, rest=lambda _: None)
