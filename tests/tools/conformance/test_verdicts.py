"""Questions that cannot be asked are reported so, and a correct server fails none, whatever its account holds."""

import gzip
import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.conformance import KEY, put_only
from tests.support.faulty_proxy import CLOSED, Exchange, Tampering, faulty_proxy, untouched
from threads_server.testing import LocalServer
from tools.conformance.questions.statements import STATEMENTS
from tools.conformance.results import DOES_NOT, HOLDS, NOT_ASKED, Results, documented
from tools.conformance.run import Found, run
from tools.conformance.secret import Secret
from tools.document import operations
from tools.resources import Caller, Resources

LIGHT = "light"


def asked(url: str, *names: str, read_only: bool = False, largest: int = 200_000) -> Results:
    """Results of the questions whose names begin with one of these, of which nothing is left behind."""
    results = put_only(url, *names, read_only=read_only, largest=largest)
    assert results.left == []
    return results


def an_empty_thread(owner: Caller) -> None:
    assistant = owner.ask("createAssistant", body={"name": "Guide"})["assistant_id"]
    owner.ask("createThread", Resources(assistant, "", ""), body={})


def an_empty_thread_after_a_full_one(owner: Caller) -> None:
    resources = owner.resources()
    owner.ask("createThread", resources, body={})


def an_empty_thread_and_a_run_that_waits(owner: Caller) -> None:
    owner.resources()
    owner.resources(waiting=True)
    an_empty_thread(owner)


def several_of_each(owner: Caller) -> None:
    for _ in range(3):
        owner.resources()


Furnish = Callable[[Caller], None]


def forget_runs(exchange: Exchange) -> None:
    """Keeps no events of a run any more, as after a day."""
    if exchange.path.endswith("/events") and exchange.status == 200:
        exchange.status, exchange.answer = 404, b'{"detail": "Run not found"}'
        exchange.answer_headers = {"Content-Type": "application/json", "X-Request-ID": "1"}


def leave_out_assistants(exchange: Exchange) -> None:
    """Does not say whose a thread is, as the hosted API does not in some answers."""
    if exchange.answer.startswith((b"[", b"{")) and b'"messages"' in exchange.answer:
        found = json.loads(exchange.answer)
        for one in found if isinstance(found, list) else [found]:
            one.pop("assistant_id", None)
        exchange.answer = json.dumps(found).encode()


def know_less(exchange: Exchange) -> None:
    forget_runs(exchange)
    leave_out_assistants(exchange)


@pytest.mark.parametrize(
    ("furnish", "tampering"), [(an_empty_thread_and_a_run_that_waits, untouched), (several_of_each, know_less)]
)
def test_correct_server_whatever_there_is_to_read_fails_nothing(
    server: LocalServer, owner: Caller, furnish: Furnish, tampering: Tampering
) -> None:
    furnish(owner)
    with faulty_proxy(server.url, after=tampering) as (url, seen):
        found = run(url, KEY, pause=0, read_only=True)
    assert {fact.name: fact.reason for fact in found.results.those(DOES_NOT)} == {}
    assert found.results.left == []
    assert {exchange.method for exchange in seen} <= {"GET", "HEAD", "OPTIONS"}
    assert {fact.verdict for fact in found.results.facts.values() if " takes " in fact.name} == {NOT_ASKED}
    check_report(found)


def check_report(found: Found) -> None:
    """Every fact stands in the text with its verdict, under what it is of."""
    lines = found.text.splitlines()
    counted: dict[str, int] = dict.fromkeys((HOLDS, DOES_NOT, NOT_ASKED), 0)
    for fact in found.results.facts.values():
        counted[fact.verdict] += 1
        place = lines.index(fact.subject)
        part = lines[place + 1 : lines.index("", place)]
        name = fact.name.removeprefix(f"{fact.subject}: ")
        assert any(line.startswith(f"  {fact.verdict}") and f"  {name}" in line for line in part), fact
    assert lines[-2] == ", ".join(f"{number} {verdict}" for verdict, number in counted.items())


@pytest.mark.parametrize(
    ("furnish", "tampering", "is_asked"),
    [
        (an_empty_thread, untouched, [False, False]),
        (an_empty_thread_after_a_full_one, untouched, [True, True]),
        (an_empty_thread_after_a_full_one, forget_runs, [True, False]),
    ],
)
def test_more_than_the_newest_thread_is_looked_at(
    server: LocalServer, owner: Caller, furnish: Furnish, tampering: Tampering, is_asked: list[bool]
) -> None:
    furnish(owner)
    with faulty_proxy(server.url, after=tampering) as (url, _):
        results = asked(url, LIGHT, "streamRunEvents: 200", read_only=True)
    found = [
        fact.verdict
        for name in (LIGHT, "streamRunEvents: 200")
        for fact in results.facts.values()
        if fact.name.startswith(name)
    ]
    assert [verdict == HOLDS for verdict in found[:2]] == is_asked


def test_packed_answers_are_read(server: LocalServer) -> None:
    def pack(exchange: Exchange) -> None:
        exchange.answer = gzip.compress(exchange.answer)
        exchange.answer_headers["Content-Encoding"] = "gzip"

    with faulty_proxy(server.url, after=pack) as (url, _):
        facts = asked(url, "getAssistant: 404", read_only=True).facts
    assert facts["getAssistant: 404 application/json"].verdict == HOLDS


def test_nothing_holds_of_an_empty_list(server: LocalServer, owner: Caller) -> None:
    assert owner.ask("listThreads") == []
    results = run(server.url, KEY, pause=0, read_only=True).results
    assert {fact.name: fact.reason for fact in results.those(DOES_NOT)} == {}
    about_lists = [
        fact
        for fact in results.facts.values()
        if re.search(r"^(light|skip|limit|last_page)$|: order$|by default", fact.name)
    ]
    assert len(about_lists) > 12
    assert {fact.verdict for fact in about_lists} == {NOT_ASKED}


def test_default_is_asked_where_it_makes_a_difference(server: LocalServer, owner: Caller) -> None:
    several_of_each(owner)
    facts = asked(server.url, "listThreads ?", read_only=True).facts
    assert facts["listThreads ?skip is 0 by default"].verdict == HOLDS
    assert facts["listThreads ?include_messages is True by default"].verdict == HOLDS
    assert facts["listThreads ?limit is 100 by default"].verdict == NOT_ASKED


def test_account_that_others_use_meanwhile_is_nothing_against_the_server(server: LocalServer, owner: Caller) -> None:
    several_of_each(owner)
    requests = 0

    def grow(exchange: Exchange) -> None:
        nonlocal requests
        requests += 1
        if exchange.answer.startswith(b"["):
            one = json.loads(exchange.answer)[:1]
            exchange.answer = json.dumps([*one * requests, *json.loads(exchange.answer)]).encode()

    names = ("listThreads ?skip is 0", "skip", "last_page")
    with faulty_proxy(server.url, after=grow) as (url, _):
        results = asked(url, *names, read_only=True)
    found = [fact for fact in results.facts.values() if fact.name.startswith(names)]
    assert {fact.reason for fact in found} == {"somebody else changes the account meanwhile"}


def take_no_json_for_messages(exchange: Exchange) -> None:
    """Takes a message as a form only."""
    is_post = exchange.method == "POST"
    if is_post and exchange.path.endswith("/messages") and exchange.path != "/api/threads/messages":
        kind = next((value for name, value in exchange.headers.items() if name.lower() == "content-type"), "")
        if kind == "application/json":
            exchange.status, exchange.answer = 422, b'{"detail": [{"loc": ["body"], "msg": "no form", "type": "form"}]}'
            exchange.answer_headers = {"Content-Type": "application/json", "X-Request-ID": "1"}


def call_calls_otherwise(exchange: Exchange) -> None:
    """Has other names for the calls of a run."""
    exchange.answer = exchange.answer.replace(b'"call_1"', b'"call_x9Rt"').replace(b'\\"call_1\\"', b'\\"call_x9Rt\\"')


def understand_calls(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b'"call_1"', b'"call_0"').replace(b'"call_x9Rt"', b'"call_1"')


def before_the_hosted_api(exchange: Exchange) -> None:
    for name in ("Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"):
        exchange.headers = {key: value for key, value in exchange.headers.items() if key.lower() != name.lower()}
    take_no_json_for_messages(exchange)
    understand_calls(exchange)


def test_server_like_the_hosted_api_breaks_marked_facts_only(server: LocalServer, owner: Caller) -> None:
    """Asked of what takes messages, tool outputs and our headers."""
    names = ("sendMessage takes", "sendMessage: 200", "submitToolOutputs: 200", "deleteThread: 412", "getThread: 304")
    with faulty_proxy(server.url, before=before_the_hosted_api, after=call_calls_otherwise) as (url, _):
        results = asked(url, *names, *(one.name for one in STATEMENTS))
    assert results.those(DOES_NOT)
    assert {fact.name: fact.reason for fact in results.those(DOES_NOT) if not fact.mark} == {}
    assert results.facts["submitToolOutputs: 200"].verdict == HOLDS
    assert results.facts["sendMessage: 200"].verdict == HOLDS


def test_times_are_compared_as_times(server: LocalServer, owner: Caller) -> None:
    """Python leaves a fraction out where it is zero, and as a text half a second later then comes first."""
    owner.resources()

    def write_times_short(exchange: Exchange) -> None:
        if exchange.answer.startswith(b"["):
            moments = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00.5Z"}
            listed = [one | {key: moments[key] for key in moments if key in one} for one in json.loads(exchange.answer)]
            exchange.answer = json.dumps(listed).encode()

    with faulty_proxy(server.url, after=write_times_short) as (url, _):
        results = asked(url, LIGHT, read_only=True)
    assert [fact.verdict for fact in results.facts.values() if fact.name.startswith(LIGHT)] == [HOLDS]


def test_account_without_credit_is_nothing_against_the_server(server: LocalServer, owner: Caller) -> None:
    def want_money(exchange: Exchange) -> None:
        if exchange.path.endswith("/messages") and exchange.method == "POST":
            exchange.status, exchange.answer = 402, b'{"detail": "insufficient credits"}'
            exchange.answer_headers = {"Content-Type": "application/json", "X-Request-ID": "1"}

    with faulty_proxy(server.url, before=want_money) as (url, _):
        facts = asked(url, "sendMessage: 200", "cancelRun: 200", "deleteThread: 200", "history").facts
    assert "402" in facts["sendMessage: 200"].reason
    assert {facts[name].verdict for name in ("sendMessage: 200", "cancelRun: 200")} == {NOT_ASKED}
    assert facts["sendMessage: statuses"].verdict == DOES_NOT
    assert facts["deleteThread: 200"].verdict == HOLDS


@pytest.mark.parametrize("status", [502, 503, 504, 429, CLOSED])
def test_passing_failure_is_nothing_against_the_server(server: LocalServer, owner: Caller, status: int) -> None:
    """Questions that are safe to repeat are repeated."""
    failed: set[str] = set()

    def fail_once(exchange: Exchange) -> None:
        if (key := f"{exchange.method} {re.sub('[^/]*-[^/]*', '', exchange.path)}") not in failed:
            failed.add(key)
            exchange.status = status

    names = ("getAssistant: 404", "deleteThread: 404", "createAssistant: 422", "listThreads: 401")
    with faulty_proxy(server.url, before=fail_once) as (url, _):
        facts = asked(url, *names).facts
    verdicts = [facts[name].verdict for name in names]
    repeated = HOLDS if status == 429 else NOT_ASKED
    assert verdicts == [HOLDS, repeated, repeated, HOLDS]


def odd_answers() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Answers that break who reads them carelessly."""
    kind = {"Content-Type": "application/json"}
    yield "nothing", b"", kind
    yield "too deep", b"[" * 100_000, kind
    yield "deep", b'{"messages": ' * 900 + b"1" + b"}" * 900, kind
    yield "no object", b"[1]", kind
    yield "no number", b'{"thread_id": NaN}', kind
    yield "half a letter", b'{"detail": "\\ud800", "assistant_id": "\\ud800"}', kind
    yield "another encoding", b'{"a": 1}', {"Content-Type": "application/json; charset=hex"}
    yield "not packed", b"{}", {**kind, "Content-Encoding": "gzip"}
    yield "a control", b"\x1b[2J\x00", {"Content-Type": "text/plain"}
    yield "a number of another script", b"{}", {**kind, "Retry-After": "²"}


def test_odd_answers_break_facts_and_not_the_run(server: LocalServer) -> None:
    """Each in its turn, so that in the end every question has had several."""
    answers = itertools.cycle(odd_answers())

    def answer_oddly(exchange: Exchange) -> None:
        if not exchange.path.endswith("/threads?limit=1"):
            exchange.status = 200 if exchange.method != "DELETE" else 404
            _, exchange.answer, exchange.answer_headers = next(answers)

    with faulty_proxy(server.url, before=answer_oddly) as (url, seen):
        found = run(url, KEY, pause=0, rest=lambda _: None)
    assert len(seen) > 300
    assert "Traceback" not in found.text
    assert all(one.isprintable() or one == "\n" for one in found.text)
    found.text.encode()
    assert len(found.results.those(DOES_NOT)) > 100


def test_empty_answer_is_no_json(server: LocalServer) -> None:
    def say_nothing(exchange: Exchange) -> None:
        if exchange.method == "GET":
            exchange.answer = b""

    with faulty_proxy(server.url, after=say_nothing) as (url, _):
        facts = asked(url, "listThreads: 200", read_only=True).facts
    assert facts["listThreads: 200 application/json"].verdict == DOES_NOT


def test_answer_that_does_not_end_is_given_up(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.conformance.connection.LONGEST_ANSWER", 10)
    facts = asked(server.url, "getAssistant: 404", "getAssistant: 401", read_only=True).facts
    assert facts["getAssistant: 404"].verdict == NOT_ASKED
    assert "no answer came" in facts["getAssistant: 404"].reason


def test_cookie_is_no_key(server: LocalServer, owner: Caller) -> None:
    def set_a_cookie(exchange: Exchange) -> None:
        exchange.answer_headers["Set-Cookie"] = "session=1"

    with faulty_proxy(server.url, after=set_a_cookie) as (url, seen):
        asked(url, "listThreads: ", read_only=True)
    assert seen
    assert not any(name.lower() == "cookie" for exchange in seen for name in exchange.headers)


def test_body_is_never_larger_than_allowed(server: LocalServer, owner: Caller) -> None:
    """As it is sent: JSON writes a letter in six bytes."""
    with faulty_proxy(server.url) as (url, seen):
        asked(url, "createAssistant ", largest=2000)
    assert max(len(exchange.body) for exchange in seen) <= 2000


def test_subjects_are_operations_fields_and_paths(server: LocalServer) -> None:
    results = documented(Secret(KEY))
    named: set[Any] = {fact.subject for fact in results.facts.values()}
    assert set(operations()) <= named
    assert {"Thread", "Message"} <= named
