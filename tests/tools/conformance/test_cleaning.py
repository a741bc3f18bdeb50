"""Created objects are deleted whatever the server does and whenever the run is stopped; leftovers are named."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

import pytest

from tests.support.conformance import KEY, no_rest
from tests.support.tampered_transport import CLOSED, Exchange, TamperedTransport, Tampering
from threads_server.testing import LocalServer
from tools.conformance.cleaning import clean
from tools.conformance.prober import Prober
from tools.conformance.questions.paths import paths
from tools.conformance.report import Report
from tools.conformance.results import NOT_ASKED, NotAsked
from tools.conformance.run import run
from tools.document import operations
from tools.resources import NOTHING, Caller, Resources

PAUSE = 0.125

Asking = Callable[..., Prober]


@dataclass
class Rests:
    """Notes how long it was to rest instead of resting, and is interrupted at one of the rests."""

    interrupted_at: int = 0
    taken: list[float] = field(default_factory=list)

    def __call__(self, duration: float) -> None:
        self.taken.append(duration)
        if len(self.taken) == self.interrupted_at:
            raise KeyboardInterrupt


def is_empty(owner: Caller) -> bool:
    return bool(owner.ask("listAssistants") == owner.ask("listThreads") == [])


def on(method: str, change: Tampering, path: str = "") -> Tampering:
    """A tampering with the requests of a method whose paths end so."""

    def tampering(exchange: Exchange) -> None:
        if exchange.method == method and exchange.path.endswith(path):
            change(exchange)

    return tampering


def answering(status: int) -> Tampering:
    return lambda exchange: setattr(exchange, "status", status)


def test_cleaning_is_spaced_and_waits_out_what_passes(asking: Asking, owner: Caller) -> None:
    tries: Counter[str] = Counter()

    def have_enough(exchange: Exchange) -> None:
        tries[exchange.path] += 1
        exchange.status = {1: 429, 2: 503, 3: CLOSED}.get(tries[exchange.path], 0)
        exchange.answer_headers = {"Retry-After": "7"} if exchange.status > 0 else {}

    rests = Rests()
    transport = TamperedTransport(before=on("DELETE", have_enough))
    prober = asking(transport, pause=PAUSE, rest=rests)
    for _ in range(2):
        prober.resources()
    clean(prober)
    assert prober.results.left == []
    assert is_empty(owner)
    assert rests.taken.count(7) == 2 * 3  # two threads and their assistant
    assert rests.taken.count(PAUSE) == len(transport.seen)


@pytest.mark.parametrize("status", [500, 200])
def test_leftovers_are_named(server: LocalServer, asking: Asking, owner: Caller, status: int) -> None:
    """Also those that are said to be deleted."""
    prober = asking(TamperedTransport(before=on("DELETE", answering(status))))
    resources = prober.resources()
    clean(prober)
    report = Report(prober.results, server.url, 1)
    for text in (report.as_text(), "; ".join(json.loads(report.as_json())["left_behind"]), report.as_junit()):
        assert resources.assistant_id in text
    assert ElementTree.fromstring(report.as_junit()).attrib["failures"] == "1"
    assert owner.ask("getAssistant", resources)


def name_nothing(exchange: Exchange) -> None:
    exchange.answer = b"{}"


UNNAMED = pytest.mark.parametrize("change", [answering(CLOSED), answering(500), answering(201), name_nothing])


@UNNAMED
def test_assistant_that_no_response_named_is_deleted(asking: Asking, owner: Caller, change: Tampering) -> None:
    """And what is another's is not."""
    others = owner.resources()
    prober = asking(TamperedTransport(after=on("POST", change)))
    for _ in range(2):
        with pytest.raises((NotAsked, AssertionError)):
            prober.resources()
    assert len(owner.ask("listAssistants")) == 3
    clean(prober)
    assert prober.results.left == []
    assert [one["assistant_id"] for one in owner.ask("listAssistants")] == [others.assistant_id]


@UNNAMED
def test_thread_that_no_response_named_is_deleted_by_itself(asking: Asking, owner: Caller, change: Tampering) -> None:
    transport = TamperedTransport(after=on("POST", change, "/threads"))
    prober = asking(transport)
    with pytest.raises((NotAsked, AssertionError)):
        prober.resources()
    (thread,) = owner.ask("listThreads")
    clean(prober)
    assert any(one.method == "DELETE" and one.path.endswith(thread["thread_id"]) for one in transport.seen)
    assert is_empty(owner)


def test_assistant_that_a_lax_server_makes_unasked_is_told(asking: Asking, owner: Caller) -> None:
    """It may be the account's own, so it is not deleted."""

    def take_anything(exchange: Exchange) -> None:
        exchange.body = b'{"content": "Hello"}'

    prober = asking(TamperedTransport(before=take_anything))
    prober.send(operations()["sendChatMessage"], NOTHING, content=b'{"content": "Hel')
    clean(prober)
    assert len(owner.ask("listAssistants")) == 1
    assert owner.ask("listThreads") == []
    assert ["if it was made for it" in one for one in prober.results.left] == [True]


def test_id_that_no_path_can_name_is_left_behind(asking: Asking) -> None:
    prober = asking()
    prober.own("thread_id", "../assistants/1")
    assert prober.due == []
    assert ["no path can name it" in one for one in prober.results.left] == [True]


def test_only_what_can_do_nothing_is_sent_to_a_whole_collection(asking: Asking) -> None:
    """A server may have an undeclared way to delete all threads."""
    transport = TamperedTransport()
    prober = asking(transport)
    assert all(one.ask(prober) for one in paths() if "undeclared" in one.name and not one.for_own_server)
    collections = [one for one in transport.seen if not any(part.count("-") > 3 for part in one.path.split("/"))]
    assert {one.method for one in collections} == {"GET", "PROPFIND"}


def test_interrupted_cleaning_names_what_remains(asking: Asking, owner: Caller) -> None:
    rests = Rests()
    prober = asking(rest=rests)
    resources = prober.resources()
    rests.interrupted_at = len(rests.taken) + 1
    clean(prober)
    for name in (resources.thread_id, resources.assistant_id, prober.name):
        assert any(name in one for one in prober.results.left)
    assert owner.ask("getThread", resources)


def test_server_that_goes_away_is_left_alone(server: LocalServer, owner: Caller) -> None:
    """Every fact that is not known by then could not be asked, and what stays is named."""

    def go_away(exchange: Exchange) -> None:
        if len(transport.seen) > 40:
            exchange.status = CLOSED

    transport = TamperedTransport(before=go_away)
    found = run(server.url, KEY, pause=0, rest=no_rest, transport=transport)
    assert len(transport.seen) < 150
    assert "the server did not answer any more" in {fact.reason for fact in found.results.those(NOT_ASKED)}
    assert found.faults(strict=True) == []
    stays = [one["assistant_id"] for one in owner.ask("listAssistants")]
    assert stays
    assert all(any(one in told for told in found.results.left) for one in stays)


def test_objects_of_others_are_not_touched(asking: Asking, owner: Caller) -> None:
    resources = owner.resources()
    prober = asking()
    changing = [one for one in operations().values() if one.method != "get" and one.id != "createAssistant"]
    sends: list[Callable[[], object]] = [lambda one=one: prober.send(one, resources) for one in changing]
    sends.append(lambda: prober.send(operations()["deleteThread"], Resources("", "thread_1", "")))
    sends.append(lambda: prober.send(operations()["sendChatMessage"], resources, content=b"{}"))
    for send in sends:
        with pytest.raises(AssertionError, match="not made here"):
            send()
    assert prober.connection.requests == 0


def test_message_that_would_make_a_default_assistant_is_not_sent(asking: Asking) -> None:
    prober = asking()
    with pytest.raises(NotAsked, match="default assistant"):
        prober.send(operations()["sendChatMessage"], NOTHING, body={"content": "Hello"})
    assert prober.connection.requests == 0
