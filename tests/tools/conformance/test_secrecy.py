"""The key is in no report and on no screen, whatever a server repeats of it."""

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.conformance import Command, no_rest
from tests.support.tampered_transport import Exchange, TamperedTransport
from tools.conformance import __main__ as command
from tools.conformance.report import Report
from tools.conformance.results import LONGEST_READ, LONGEST_REASON, Results
from tools.conformance.run import run
from tools.conformance.secret import SHORTEST_PIECE, Secret

NOWHERE = "http://127.0.0.1:9/api"
# Such as a URL, JSON, XML, HTML and a shell each write in another way.
NASTY = "sk\"<&'>\\%2F+/?$x-8f14e45fceea167a"
FORMS: list[Callable[[str], str]] = [
    str,
    quote_plus,
    lambda key: re.sub("%..", lambda escape: escape[0].lower(), quote(key)),
    html.escape,
    lambda key: json.dumps(key)[1:-1],
    lambda key: json.dumps(json.dumps(key)),
    repr,
    lambda key: base64.b64encode(key.encode()).decode(),
    lambda key: base64.urlsafe_b64encode(f"user:{key}".encode()).decode(),
]


def pieces(text: str) -> set[str]:
    return {text[start : start + SHORTEST_PIECE] for start in range(len(text) - SHORTEST_PIECE + 1)}


def reports_of(key: str, reason: str) -> list[str]:
    """Every form of a report into which a reason came in every way, and what a reader of the form sees."""
    results = Results(Secret(key))
    for name in ("a", "b"):
        results.add(name, "what it says", subject="c")
    results.does_not("a", reason)
    results.not_asked("b", reason)
    results.leave(reason)
    report = Report(results, results.redacted(reason), 1)
    junit = report.as_junit()
    read = [value for one in ElementTree.fromstring(junit).iter() for value in one.attrib.values()]
    found = json.loads(report.as_json())
    read += [found["base_url"], *found["left_behind"], *(fact["reason"] for fact in found["facts"])]
    return [report.as_text(), report.as_json(), junit, *read]


KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST_PIECE, max_size=60)


@given(
    key=KEYS,
    form=st.sampled_from(FORMS),
    before=st.text(max_size=300),
    after=st.text(max_size=300),
    cut=st.tuples(st.integers(0, 80), st.integers(0, 80)),
    times=st.integers(1, 3),
)
@example(key=NASTY, form=str, before="x" * (LONGEST_REASON - 12), after="", cut=(0, 80), times=1)
@example(key=NASTY, form=str, before="x" * (LONGEST_READ - 12), after="", cut=(0, 80), times=1)
@example(key=NASTY, form=str, before="", after="", cut=(3, 25), times=1)
@example(key=NASTY, form=repr, before="", after="", cut=(0, 80), times=2)
def test_no_report_has_a_piece_of_the_key(
    key: str, form: Callable[[str], str], before: str, after: str, cut: tuple[int, int], times: int
) -> None:
    said = form(key)[slice(*cut)]
    always = pieces("\n".join(reports_of(key, "")))
    for text in reports_of(key, before + said * times + after):
        assert not (pieces(text) - always) & pieces(key)


@pytest.mark.parametrize("form", [*FORMS[:5], *FORMS[6:]])
@pytest.mark.parametrize("key", [NASTY, "a\"b'" * 8, "a/b+" * 8, "8f14e45fceea167a5a36dedd4bea2543"])
def test_no_form_of_the_key_is_shown(key: str, form: Callable[[str], str]) -> None:
    """In base64 two letters at each end are written together with what stands beside the key."""
    whole = form(key)
    shown = Secret(key).hide(f"It was {whole}, said the server")
    assert len(shown) < len("It was , said the server") + 16, shown


@pytest.mark.parametrize("key", ["local", "key", "k", "8f14e45"])
def test_short_key_is_hidden_as_a_whole(key: str) -> None:
    said = Secret(key).hide(f"no {key}{key} here")
    assert key not in said.removeprefix("no ").removesuffix(" here")


@pytest.mark.parametrize("key", ["a", "th", "the"])
def test_report_can_be_read_whatever_the_key_is(key: str) -> None:
    text = "404 is not documented: the thread that a caller asks for"
    assert Secret(key).hide(text).split() == ["…" if word == key else word for word in text.split()]


def test_texts_that_are_no_part_of_the_key_are_shown() -> None:
    text = "404 is not documented: {'detail': 'Thread not found'}"
    assert Secret(NASTY).hide(text) == text


def repeat_the_key(exchange: Exchange) -> None:
    """Puts the caller's key into every answer and its headers, in a form and after a length that differ each time."""
    exchange.answer_json(200, b"[]")
    if exchange.path.endswith("/threads?limit=1"):
        return
    turn = len(exchange.path) + len(exchange.headers)
    said = FORMS[turn % len(FORMS)](exchange.headers.get("x-api-key", ""))
    exchange.answer_headers["X-Request-ID"] = said
    if turn % 2:
        exchange.status = 418
    exchange.answer = json.dumps({"detail": "x" * (turn % LONGEST_REASON) + said, "thread_id": said}).encode()


def test_run_shows_no_piece_of_the_key() -> None:
    transport = TamperedTransport(before=repeat_the_key)
    found = run(NOWHERE, NASTY, pause=0, read_only=True, rest=no_rest, transport=transport)
    assert "«key»" in found.text
    for text in (found.text, found.json, found.junit):
        assert not pieces(text) & pieces(NASTY)
    assert not any(pieces(one["reason"]) & pieces(NASTY) for one in json.loads(found.json)["facts"])


@pytest.mark.parametrize(
    "words",
    [
        [NASTY],
        ["--api-key", NASTY],
        ["--api-key", "another-key-8f14e45fceea167a"],
        ["--pause", NASTY],
        ["--largest", "another-key-8f14e45fceea167a"],
        [f"--read-only={NASTY}"],
        ["--base-url", f"http://{quote(NASTY, safe='')}@127.0.0.1:9/api"],
        ["--base-url", f"http://127.0.0.1:{NASTY}/api"],
        ["--base-url", f"http://127.0.0.1:9/{quote(NASTY, safe='')}"],
        ["--base-url", NOWHERE, "--json", f"/no-such-directory/{quote(NASTY, safe='')}"],
    ],
)
def test_command_repeats_no_key_that_stands_in_the_wrong_place(
    conformance: Command, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert conformance(*words, key=NASTY, transport=TamperedTransport()) == 2
    shown = capsys.readouterr()
    assert shown.err
    for key in (NASTY, quote(NASTY, safe=""), "another-key-8f14e45fceea167a"):
        assert not pieces(shown.out + shown.err) & pieces(key)


@pytest.mark.parametrize("error", [RuntimeError, OSError, ValueError])
def test_traceback_has_no_key(
    conformance: Command,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error(f"the header {NASTY!r}")

    monkeypatch.setattr(command, "run", fail)
    assert conformance("--base-url", NOWHERE, key=NASTY) == 2
    shown = capsys.readouterr().err
    assert "«key»" in shown
    assert not pieces(shown) & pieces(NASTY)
