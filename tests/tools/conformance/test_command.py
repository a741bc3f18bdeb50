"""The command: its options, output and exit status."""

import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.conformance import KEY, Command, no_rest
from tests.support.tampered_transport import Exchange, TamperedTransport
from threads_server.testing import LocalServer
from tools.conformance import __main__ as command
from tools.conformance.questions.all_questions import all_questions
from tools.conformance.results import HOLDS, NOT_ASKED, Results
from tools.conformance.run import Found, Unreachable, run
from tools.conformance.secret import Secret
from tools.document import ROOT
from tools.resources import Caller

NOWHERE = "http://127.0.0.1:9/api"


def test_command_says_what_is_wrong_with_the_key(server: LocalServer) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.conformance", "--base-url", server.url],
        env={**os.environ, "API_KEY": "wrong"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "does not take the key" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("url", "said"), [(NOWHERE, "cannot be reached"), ("", "is no such server")])
def test_address_without_this_api_is_unreachable(server: LocalServer, url: str, said: str) -> None:
    with pytest.raises(Unreachable, match=said):
        run(url or server.url.removesuffix("/api"), KEY, rest=no_rest)


def test_command_only_reads_when_told_to(
    server: LocalServer, owner: Caller, conformance: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for waiting in (False, False, True):
        owner.resources(waiting=waiting)
    before = [owner.ask("listAssistants"), owner.ask("listThreads")]
    transport, report = TamperedTransport(), tmp_path / "report.json"
    words = ("--base-url", server.url, "--read-only", "--json", str(report))
    assert conformance(*words, transport=transport) == 0
    assert {exchange.method for exchange in transport.seen} <= {"GET", "HEAD", "OPTIONS"}
    assert [owner.ask("listAssistants"), owner.ask("listThreads")] == before
    facts = json.loads(report.read_text("utf-8"))["facts"]
    for_own_server = {one.name for one in all_questions() if one.for_own_server}
    assert {one["verdict"] for one in facts if " takes " in one["name"]} == {NOT_ASKED}
    assert {one["reason"] for one in facts if one["name"] in for_own_server} == {"asked only under --own-server"}
    check_text(capsys.readouterr().out, facts)


def check_text(text: str, facts: list[dict[str, str]]) -> None:
    """Every fact stands in the text with its verdict, under what it is of."""
    lines = text.splitlines()
    counted = Counter(fact["verdict"] for fact in facts)
    assert counted[HOLDS] > 100
    for subject in {fact["subject"] for fact in facts}:
        place = lines.index(subject)
        part = lines[place + 1 : lines.index("", place)]
        for fact in (one for one in facts if one["subject"] == subject):
            shown = f"  {fact['verdict']:{len(NOT_ASKED)}}  {fact['name'].removeprefix(f'{subject}: ')}"
            assert any(line.startswith(shown) for line in part), fact
    assert lines[-2] == f"{counted[HOLDS]} holds, 0 does not hold, {counted[NOT_ASKED]} could not be asked"


def test_command_that_is_stopped_cleans_and_reports(
    server: LocalServer, owner: Caller, conformance: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def stop_at_the_thirtieth_request(exchange: Exchange) -> None:
        if len(transport.seen) == 30:
            signal.raise_signal(signal.SIGTERM)

    transport = TamperedTransport(before=stop_at_the_thirtieth_request)
    junit, report = tmp_path / "report.xml", tmp_path / "report.json"
    files = ("--junit", str(junit), "--json", str(report))
    assert conformance("--base-url", server.url, *files, transport=transport) == 130
    shown = capsys.readouterr()
    assert "the questions were interrupted" in shown.out
    assert shown.err == ""
    found = json.loads(report.read_text("utf-8"))
    assert found["is_interrupted"]
    assert len(ElementTree.fromstring(junit.read_text("utf-8"))) == len(found["facts"]) > 1000
    assert owner.ask("listAssistants") == owner.ask("listThreads") == []


def test_report_that_cannot_be_written_is_refused_before_the_run(
    conformance: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformance("--base-url", NOWHERE, "--json", "/no-such-directory/report.json") == 2
    assert "it cannot be written" in capsys.readouterr().err


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> Results:
    """The same results with any options."""
    results = Results(Secret(KEY))
    monkeypatch.setattr(command, "run", lambda *_, **__: Found(results, 1, "«the report»", "", ""))
    return results


@pytest.mark.parametrize(("mark", "code", "strict"), [("", 1, 1), ("x-extension", 0, 1)])
def test_fault_fails_the_command_unless_it_is_marked(
    results: Results, conformance: Command, mark: str, code: int, strict: int
) -> None:
    assert conformance("--base-url", NOWHERE) == 0
    results.add("getThread: 404", "", mark, subject="getThread")
    results.does_not("getThread: 404", "")
    assert (conformance("--base-url", NOWHERE), conformance("--base-url", NOWHERE, "--strict")) == (code, strict)


def test_leftover_fails_the_command(results: Results, conformance: Command) -> None:
    results.leave("thread 1: the answer is 500")
    assert conformance("--base-url", NOWHERE) == 1


def test_report_is_printed_where_not_every_letter_can_be(
    results: Results, conformance: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    screen = io.TextIOWrapper(written, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    assert conformance("--base-url", NOWHERE) == 0
    assert written.getvalue() == b"\\xabthe report\\xbb\n"


@pytest.mark.parametrize("key", ["two words", "with-an-end\n", "schlüssel", ""])
def test_key_that_no_header_can_carry_is_refused(
    conformance: Command, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    assert conformance("--base-url", NOWHERE, key=key) == 2
    said = capsys.readouterr().err
    assert "API_KEY" in said
    assert not key or key.strip() not in said
