"""Created objects are deleted whatever the server does and whenever the run is stopped; leftovers are named."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.conformance import KEY
from tests.support.faulty_proxy import CLOSED, Exchange, Tampering, faulty_proxy
from threads_server.testing import LocalServer
from tools.conformance import __main__ as command
from tools.conformance.cleaning import clean
from tools.conformance.prober import Prober
from tools.conformance.questions.paths import paths
from tools.conformance.report import Report
from tools.conformance.results import NOT_ASKED, NotAsked, Results, documented
from tools.conformance.run import Found, run
from tools.conformance.secret import Secret
from tools.document import PATH, operations
from tools.resources import NOTHING, Caller, Resources

PAUSE = 0.125


@dataclass
class Rests:
    """Notes how long it was to rest instead of resting, and is interrupted at some of the rests."""

    interrupted_at: tuple[int, ...] = ()
    taken: list[float] = field(default_factory=list)

    def __call__(self, duration: float) -> None:
        self.taken.append(duration)
        if len(self.taken) in self.interrupted_at:
            raise KeyboardInterrupt


@contextmanager
def asking(url: str, rests: Rests) -> Iterator[Prober]:
    prober = Prober(url, KEY, documented(Secret(KEY)), pause=PAUSE, rest=rests)
    yield prober
    prober.close()


def is_empty(owner: Caller) -> bool:
    return bool(owner.ask("listAssistants") == owner.ask("listThreads") == [])


def test_cleaning_is_spaced_and_waits_out_what_passes(server: LocalServer, owner: Caller) -> None:
    tries: Counter[str] = Counter()

    def have_enough(exchange: Exchange) -> None:
        if exchange.method == "DELETE":
            tries[exchange.path] += 1
            exchange.status = {1: 429, 2: 503, 3: CLOSED}.get(tries[exchange.path], 0)
            exchange.answer_headers = {"Retry-After": "7"} if exchange.status > 0 else {}

    rests = Rests()
    with faulty_proxy(server.url, before=have_enough) as (url, seen), asking(url, rests) as prober:
        for _ in range(2):
            prober.resources()
        clean(prober)
    assert prober.results.left == []
    assert is_empty(owner)
    assert rests.taken.count(7) == 2 * 4
    assert rests.taken.count(PAUSE) == len(seen)


def refuse_to_delete(exchange: Exchange) -> None:
    """Deletes nothing, and says so."""
    if exchange.method == "DELETE":
        exchange.status = 500


def pretend_to_delete(exchange: Exchange) -> None:
    """Deletes nothing, and says that it did."""
    if exchange.method == "DELETE":
        exchange.status = 200


@pytest.mark.parametrize("tampering", [refuse_to_delete, pretend_to_delete])
def test_leftovers_are_named(server: LocalServer, owner: Caller, tampering: Tampering) -> None:
    with faulty_proxy(server.url, before=tampering) as (url, _), asking(url, Rests()) as prober:
        resources = prober.resources()
        clean(prober)
    report = Report(prober.results, url, 1)
    for text in (report.as_text(), "; ".join(json.loads(report.as_json())["left_behind"]), report.as_junit()):
        assert resources.assistant_id in text
    assert ElementTree.fromstring(report.as_junit()).attrib["failures"] == "1"
    assert owner.ask("getAssistant", resources)


def test_leftovers_fail_the_command(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = Results(Secret(KEY))
    monkeypatch.setattr(command, "run", lambda *_, **__: Found(results, 1, "the report", "", ""))
    monkeypatch.setattr(sys, "argv", ["conformance", "--base-url", server.url])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("API_KEY", KEY)
    assert command.main() == 0
    results.leave("thread 1: the answer is 500")
    assert command.main() == 1
    assert "the report" in capsys.readouterr().out


def lose(exchange: Exchange) -> None:
    """Makes what it is asked to make, and closes the connection instead of saying so."""
    if exchange.method == "POST":
        exchange.status = CLOSED


def break_down(exchange: Exchange) -> None:
    """Makes what it is asked to make, and says that it failed."""
    if exchange.method == "POST":
        exchange.status = 500


def say_created(exchange: Exchange) -> None:
    """Says 201 where the document says 200."""
    if exchange.method == "POST":
        exchange.status = 201


def name_nothing(exchange: Exchange) -> None:
    """Makes what it is asked to make, and does not say what."""
    if exchange.method == "POST":
        exchange.answer = b"{}"


@pytest.mark.parametrize("tampering", [lose, break_down, say_created, name_nothing])
def test_objects_that_no_response_named_are_deleted(server: LocalServer, owner: Caller, tampering: Tampering) -> None:
    """And what is another's is not."""
    others = owner.resources()
    with faulty_proxy(server.url, after=tampering) as (url, _), asking(url, Rests()) as prober:
        for _ in range(2):
            with pytest.raises((NotAsked, AssertionError)):
                prober.resources()
        assert len(owner.ask("listAssistants")) == 3
        clean(prober)
    assert prober.results.left == []
    assert [one["assistant_id"] for one in owner.ask("listAssistants")] == [others.assistant_id]


@pytest.mark.parametrize("tampering", [lose, break_down, name_nothing])
def test_thread_that_no_answer_named_is_deleted_by_itself(
    server: LocalServer, owner: Caller, tampering: Tampering
) -> None:
    def tampering_of_threads(exchange: Exchange) -> None:
        if exchange.path.endswith("/threads"):
            tampering(exchange)

    with faulty_proxy(server.url, after=tampering_of_threads) as (url, seen), asking(url, Rests()) as prober:
        with pytest.raises((NotAsked, AssertionError)):
            prober.resources()
        (thread,) = owner.ask("listThreads")
        clean(prober)
    assert any(one.method == "DELETE" and one.path.endswith(thread["thread_id"]) for one in seen)
    assert is_empty(owner)


def test_assistant_that_a_lax_server_makes_unasked_is_told(server: LocalServer, owner: Caller) -> None:
    """It may be the account's own, so it is not deleted."""

    def take_anything(exchange: Exchange) -> None:
        exchange.body = b'{"content": "Hello"}'

    with faulty_proxy(server.url, before=take_anything) as (url, _), asking(url, Rests()) as prober:
        prober.send(operations()["sendChatMessage"], NOTHING, content=b'{"content": "Hel')
        clean(prober)
    assert len(owner.ask("listAssistants")) == 1
    assert owner.ask("listThreads") == []
    assert ["if it was made for it" in one for one in prober.results.left] == [True]


def test_only_what_can_do_nothing_is_sent_to_a_whole_collection(server: LocalServer) -> None:
    """A server may have an undeclared way to delete all threads."""
    with faulty_proxy(server.url) as (url, seen), asking(url, Rests()) as prober:
        assert all(one.ask(prober) for one in paths() if "undeclared" in one.name and not one.for_own_server)
    collections = [one for one in seen if not any(part.count("-") > 3 for part in one.path.split("/"))]
    assert {one.method for one in collections} == {"GET", "PROPFIND"}


@pytest.mark.parametrize("at", [1, 150])
def test_interrupted_questions_give_a_report_and_an_empty_account(server: LocalServer, owner: Caller, at: int) -> None:
    found = run(server.url, KEY, pause=0, rest=Rests((at,)))
    assert found.results.is_interrupted
    assert "interrupted" in found.text
    assert len(json.loads(found.json)["facts"]) > 1000
    assert found.results.left == []
    assert is_empty(owner)


def test_interrupted_cleaning_names_what_remains(server: LocalServer, owner: Caller) -> None:
    rests = Rests()
    with asking(server.url, rests) as prober:
        resources = prober.resources()
        rests.interrupted_at = (len(rests.taken) + 1,)
        clean(prober)
    assert any(resources.thread_id in one for one in prober.results.left)
    assert any(resources.assistant_id in one for one in prober.results.left)
    assert any(prober.name in one for one in prober.results.left)
    assert owner.ask("getThread", resources)


def test_server_that_goes_away_is_left_alone(server: LocalServer, owner: Caller) -> None:
    """Every fact that is not known by then could not be asked, and what stays is named."""
    requests = 0

    def go_away(exchange: Exchange) -> None:
        nonlocal requests
        requests += 1
        if requests > 40:
            exchange.status = CLOSED

    with faulty_proxy(server.url, before=go_away) as (url, seen):
        found = run(url, KEY, pause=0, rest=Rests())
    assert len(seen) < 150
    assert "the server did not answer any more" in {fact.reason for fact in found.results.those(NOT_ASKED)}
    assert found.faults(strict=True) == []
    stays = [one["assistant_id"] for one in owner.ask("listAssistants")]
    assert stays
    assert all(any(one in told for told in found.results.left) for one in stays)


def test_command_that_is_stopped_cleans_and_reports(server: LocalServer, owner: Caller, tmp_path: Path) -> None:
    requests = 0

    def stop_the_command(exchange: Exchange) -> None:
        nonlocal requests
        requests += 1
        if requests == 30:
            asking.send_signal(signal.SIGTERM)

    junit = tmp_path / "report.xml"
    with faulty_proxy(server.url, before=stop_the_command) as (url, _):
        asking = subprocess.Popen(
            [sys.executable, "-m", "tools.conformance", "--base-url", url, "--pause", "0", "--junit", str(junit)],
            env={**os.environ, "API_KEY": KEY},
            cwd=PATH.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, error = asking.communicate()
    assert (asking.returncode, error) == (130, "")
    assert "the questions were interrupted" in out
    assert len(ElementTree.fromstring(junit.read_text(encoding="utf-8"))) > 1000
    assert is_empty(owner)


def test_objects_of_others_are_not_touched(server: LocalServer, owner: Caller) -> None:
    resources = owner.resources()
    with asking(server.url, Rests()) as prober:
        for name in (
            "deleteThread",
            "deleteAssistant",
            "updateAssistant",
            "createThread",
            "sendMessage",
            "sendChatMessage",
            "submitLatestToolOutputs",
            "cancelRun",
        ):
            with pytest.raises(AssertionError, match="not made here"):
                prober.send(operations()[name], resources)
        with pytest.raises(AssertionError, match="not made here"):
            prober.send(operations()["deleteThread"], Resources("", "thread_1", ""))
        with pytest.raises(AssertionError, match="not made here"):
            prober.send(operations()["sendChatMessage"], resources, content=b"{}")
        assert prober.connection.requests == 0
