"""Faults are found, and a correct server has none, whatever its account holds: what cannot be asked is reported so."""

import gzip
import itertools
import json
import re

import pytest

from tests.support.conformance import KEY, no_rest, put_only
from tests.support.tampered_transport import CLOSED, Exchange, TamperedTransport, Tampering, untouched
from tools.conformance.results import DOES_NOT, HOLDS, NOT_ASKED, Results
from tools.conformance.run import run
from tools.conformance.secret import Secret
from tools.resources import Caller, Resources


def let_everyone_in(exchange: Exchange) -> None:
    exchange.headers["x-api-key"] = KEY


def take_any_limit(exchange: Exchange) -> None:
    exchange.path = re.sub(r"limit=(201|0)\b", "limit=200", exchange.path)


def turn_lists_round(exchange: Exchange) -> None:
    if exchange.answer.startswith(b"["):
        exchange.answer = json.dumps(json.loads(exchange.answer)[::-1]).encode()


def leave_out_a_date(exchange: Exchange) -> None:
    if exchange.answer.startswith(b"{"):
        answer = json.loads(exchange.answer)
        answer.pop("created_at", None)
        exchange.answer = json.dumps(answer).encode()


def leave_out_the_request_id(exchange: Exchange) -> None:
    exchange.answer_headers.pop("x-request-id", None)


def say_created(exchange: Exchange) -> None:
    exchange.status = 201 if exchange.status == 200 else exchange.status


def say_nothing(exchange: Exchange) -> None:
    exchange.answer = b""


@pytest.mark.parametrize(
    ("before", "after", "asked", "fact"),
    [
        (let_everyone_in, untouched, "getThread: 401", "getThread: 401"),
        (take_any_limit, untouched, "listThreads ?limit may not", "listThreads ?limit may not be 201"),
        (take_any_limit, untouched, "listAssistants ?limit may not", "listAssistants ?limit may not be 0"),
        (untouched, turn_lists_round, "listThreads: order", "listThreads: order"),
        (untouched, leave_out_a_date, "getThread: 200", "Thread.created_at"),
        (untouched, leave_out_the_request_id, "getThread: 404", "getThread: 404 X-Request-ID"),
        (untouched, say_created, "listThreads: 200", "listThreads: statuses"),
        (untouched, say_nothing, "listThreads: 200", "listThreads: 200 application/json"),
    ],
)
def test_fault_of_a_server_is_found_where_it_shows(
    furnished: str, before: Tampering, after: Tampering, asked: str, fact: str
) -> None:
    results = put_only(furnished, asked, before=before, after=after, read_only=True)
    assert results.facts[fact].verdict == DOES_NOT


def test_one_answer_against_a_fact_outweighs_those_for_it() -> None:
    results = Results(Secret(KEY))
    results.add("history", "", subject="sentences")
    for is_so in (True, False, True):
        results.check("history", is_so, "not oldest first")
    assert [(fact.verdict, fact.reason) for fact in results.facts.values()] == [(DOES_NOT, "not oldest first")]


def delete_nothing(exchange: Exchange) -> None:
    """Says that it deleted, and did not."""
    if exchange.method == "DELETE" and "x-api-key" in exchange.headers:
        kind, identifier = ("thread" if "/threads/" in exchange.path else "assistant"), exchange.path.rpartition("/")[2]
        answer = {"message": "Deleted", f"{kind}_id": identifier, "deleted_at": "2026-02-05T02:15:37.795Z"}
        exchange.answer_json(200, json.dumps(answer).encode())


def test_server_that_deletes_nothing_is_found(url: str) -> None:
    names = ("delete_thread", "delete_assistant", "deleteThread: 404", "createThread: link deleteThread")
    results = put_only(url, *names, before=delete_nothing)
    assert {fact.name for fact in results.those(DOES_NOT)} >= {*names}


def forget_runs(exchange: Exchange) -> None:
    """Keeps no events of a run any more, as after a day."""
    if exchange.path.endswith("/events") and exchange.status == 200:
        exchange.answer_json(404, b'{"detail": "Run not found"}')


def know_less(exchange: Exchange) -> None:
    """Nor does it say whose a thread is, as the hosted API does not in some answers."""
    forget_runs(exchange)
    if exchange.answer.startswith((b"[", b"{")) and b'"messages"' in exchange.answer:
        found = json.loads(exchange.answer)
        for one in found if isinstance(found, list) else [found]:
            one.pop("assistant_id", None)
        exchange.answer = json.dumps(found).encode()


def test_correct_server_that_tells_less_fails_nothing(furnished: str) -> None:
    results = put_only(furnished, "get", "list", "light", "streamRunEvents", after=know_less, read_only=True)
    assert {fact.name: fact.reason for fact in results.those(DOES_NOT)} == {}
    assert {results.facts[name].verdict for name in ("light", "getThread: 200")} == {HOLDS}
    assert results.facts["streamRunEvents: 200"].verdict == NOT_ASKED


@pytest.mark.parametrize(("tampering", "has_events"), [(untouched, HOLDS), (forget_runs, NOT_ASKED)])
def test_more_than_the_newest_thread_is_looked_at(
    url: str, owner: Caller, tampering: Tampering, has_events: str
) -> None:
    owner.ask("createThread", owner.resources(), body={})
    names = ("light", "streamRunEvents: 200")
    facts = put_only(url, *names, after=tampering, read_only=True).facts
    assert [facts[name].verdict for name in names] == [HOLDS, has_events]


def test_packed_answers_are_read(url: str) -> None:
    def pack(exchange: Exchange) -> None:
        exchange.answer = gzip.compress(exchange.answer)
        exchange.answer_headers["Content-Encoding"] = "gzip"

    facts = put_only(url, "getAssistant: 404", after=pack, read_only=True).facts
    assert facts["getAssistant: 404 application/json"].verdict == HOLDS


@pytest.mark.parametrize("threads", [0, 1])
def test_nothing_holds_of_lists_with_too_little(url: str, owner: Caller, threads: int) -> None:
    for _ in range(threads):
        owner.ask("createThread", Resources(owner.ask("createAssistant")["assistant_id"], "", ""), body={})
    names = ("light", "skip", "limit", "listThreads: order", "listThreads ?limit is 100 by default")
    facts = put_only(url, *names, read_only=True).facts
    assert {facts[name].verdict for name in names} == {NOT_ASKED}


def test_default_is_asked_where_it_makes_a_difference(furnished: str) -> None:
    facts = put_only(furnished, "listThreads ?", read_only=True).facts
    assert facts["listThreads ?skip is 0 by default"].verdict == HOLDS
    assert facts["listThreads ?include_messages is True by default"].verdict == HOLDS


def test_account_that_others_use_meanwhile_is_nothing_against_the_server(furnished: str) -> None:
    def grow(exchange: Exchange) -> None:
        if exchange.answer.startswith(b"["):
            one = json.loads(exchange.answer)[:1]
            exchange.answer = json.dumps([*one * len(transport.seen), *json.loads(exchange.answer)]).encode()

    transport = TamperedTransport(after=grow)
    names = ("listThreads ?skip is 0", "skip", "last_page")
    results = put_only(furnished, *names, transport=transport, read_only=True)
    found = [fact for fact in results.facts.values() if fact.name.startswith(names)]
    assert {fact.reason for fact in found} == {"somebody else changes the account meanwhile"}


def call_calls_otherwise(exchange: Exchange) -> None:
    """Has other names for the calls of a run."""
    exchange.answer = exchange.answer.replace(b'"call_1"', b'"call_x9Rt"').replace(b'\\"call_1\\"', b'\\"call_x9Rt\\"')


def before_the_hosted_api(exchange: Exchange) -> None:
    """Knows none of our headers, and takes a message as a form only."""
    exchange.body = exchange.body.replace(b'"call_1"', b'"call_0"').replace(b'"call_x9Rt"', b'"call_1"')
    for name in ("idempotency-key", "if-match", "if-none-match", "last-event-id"):
        exchange.headers.pop(name, None)
    is_message = exchange.method == "POST" and re.search(r"/threads/[^/]+-[^/]+/messages$", exchange.path)
    if is_message and exchange.headers.get("content-type") == "application/json":
        exchange.answer_json(422, b'{"detail": [{"loc": ["body"], "msg": "no form", "type": "form"}]}')


def test_server_like_the_hosted_api_breaks_marked_facts_only(url: str) -> None:
    """Asked of what takes messages, tool outputs and our headers."""
    names = (
        *("sendMessage takes", "sendMessage: 200", "sendMessage: 400", "submitToolOutputs: 200", "deleteThread: 412"),
        *("getThread: 304", "not_modified", "precondition", "same_key", "resume"),
        *("history", "streamed", "bookkeeping", "wrong_outputs", "submit_latest", "cancelled_history"),
    )
    results = put_only(url, *names, before=before_the_hosted_api, after=call_calls_otherwise)
    assert results.left == []
    assert results.those(DOES_NOT)
    assert {fact.name: fact.reason for fact in results.those(DOES_NOT) if not fact.mark} == {}
    assert results.facts["submitToolOutputs: 200"].verdict == HOLDS
    assert results.facts["sendMessage: 200"].verdict == HOLDS


def test_times_are_compared_as_times(furnished: str) -> None:
    """Python leaves a fraction out where it is zero, and as a text half a second later then comes first."""

    def write_times_short(exchange: Exchange) -> None:
        if exchange.answer.startswith(b"["):
            moments = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00.5Z"}
            listed = [one | {key: moments[key] for key in moments if key in one} for one in json.loads(exchange.answer)]
            exchange.answer = json.dumps(listed).encode()

    results = put_only(furnished, "light", after=write_times_short, read_only=True)
    assert results.facts["light"].verdict == HOLDS


def test_account_without_credit_is_nothing_against_the_server(url: str) -> None:
    def want_money(exchange: Exchange) -> None:
        if exchange.path.endswith("/messages") and exchange.method == "POST":
            exchange.answer_json(402, b'{"detail": "insufficient credits"}')

    names = ("sendMessage: 200", "cancelRun: 200", "deleteThread: 200", "history")
    facts = put_only(url, *names, before=want_money).facts
    assert "402" in facts["sendMessage: 200"].reason
    assert {facts[name].verdict for name in ("sendMessage: 200", "cancelRun: 200")} == {NOT_ASKED}
    assert facts["sendMessage: statuses"].verdict == DOES_NOT
    assert facts["deleteThread: 200"].verdict == HOLDS


@pytest.mark.parametrize("status", [503, 429, CLOSED])
def test_passing_failure_is_nothing_against_the_server(url: str, status: int) -> None:
    """Questions that are safe to repeat are repeated."""
    failed: set[str] = set()

    def fail_once(exchange: Exchange) -> None:
        if (key := f"{exchange.method} {re.sub('[^/]*-[^/]*', '', exchange.path)}") not in failed:
            failed.add(key)
            exchange.status = status

    names = ("getAssistant: 404", "deleteThread: 404", "createAssistant: 422", "listThreads: 401")
    facts = put_only(url, *names, before=fail_once).facts
    repeated = HOLDS if status == 429 else NOT_ASKED
    assert [facts[name].verdict for name in names] == [HOLDS, repeated, repeated, HOLDS]


JSON = {"Content-Type": "application/json"}
ODD_ANSWERS: list[tuple[bytes, dict[str, str]]] = [
    (b"", JSON),
    (b"[" * 100_000, JSON),
    (b'{"messages": ' * 900 + b"1" + b"}" * 900, JSON),
    (b"[1]", JSON),
    (b'{"thread_id": NaN}', JSON),
    (b'{"detail": "\\ud800", "assistant_id": "\\ud800"}', JSON),
    (b'{"a": 1}', {"Content-Type": "application/json; charset=hex"}),
    (b"{}", {**JSON, "Content-Encoding": "gzip"}),
    (b"\x1b[2J\x00", {"Content-Type": "text/plain"}),
    (b"{}", {**JSON, "Retry-After": "²"}),
]
"""Answers that break who reads them carelessly."""


def test_odd_answers_break_facts_and_not_the_run() -> None:
    """Each in its turn, so that in the end every question has had several."""
    answers = itertools.cycle(ODD_ANSWERS)

    def answer_oddly(exchange: Exchange) -> None:
        exchange.answer_json(200, b"[]")
        if not exchange.path.endswith("/threads?limit=1"):
            exchange.status = 200 if exchange.method != "DELETE" else 404
            exchange.answer, exchange.answer_headers = next(answers)

    transport = TamperedTransport(before=answer_oddly)
    found = run("http://127.0.0.1:9/api", KEY, pause=0, rest=no_rest, transport=transport)
    assert len(transport.seen) > 300
    assert "Traceback" not in found.text
    assert all(one.isprintable() or one == "\n" for one in found.text)
    found.text.encode()
    assert len(found.results.those(DOES_NOT)) > 100


def test_answer_that_does_not_end_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.conformance.connection.LONGEST_ANSWER", 10)
    facts = put_only(url, "getAssistant: 404", read_only=True).facts
    assert facts["getAssistant: 404"].verdict == NOT_ASKED
    assert "no answer came" in facts["getAssistant: 404"].reason


def test_cookie_is_no_key(url: str) -> None:
    def set_a_cookie(exchange: Exchange) -> None:
        exchange.answer_headers["Set-Cookie"] = "session=1"

    transport = TamperedTransport(after=set_a_cookie)
    put_only(url, "listThreads: ", transport=transport, read_only=True)
    assert len(transport.seen) > 1
    assert not any("cookie" in exchange.headers for exchange in transport.seen)


def test_body_is_never_larger_than_allowed(url: str) -> None:
    """As it is sent: JSON writes a letter in six bytes."""
    transport = TamperedTransport()
    put_only(url, "createAssistant name", "createAssistant system_prompt", transport=transport, largest=2000)
    assert max(len(exchange.body) for exchange in transport.seen) <= 2000
