"""The conformance questions, some of them put to a server."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx

from tests.support.tampered_transport import TamperedTransport, Tampering, untouched
from tools.conformance.cleaning import clean
from tools.conformance.prober import Prober
from tools.conformance.questions.all_questions import all_questions
from tools.conformance.results import Results, documented
from tools.conformance.run import put
from tools.conformance.secret import Secret

KEY = "8f14e45fceea167a5a36dedd4bea2543"

Command = Callable[..., int]


def no_rest(seconds: float) -> None:
    """Wait for nothing."""


def new_prober(url: str, transport: httpx.BaseTransport | None = None, **options: Any) -> Prober:
    """A prober that does not rest, unless its options say otherwise."""
    return Prober(url, KEY, documented(Secret(KEY)), transport=transport, **{"pause": 0, "rest": no_rest, **options})


def put_only(
    url: str,
    *names: str,
    before: Tampering = untouched,
    after: Tampering = untouched,
    transport: TamperedTransport | None = None,
    **options: Any,
) -> Results:
    """Results of the questions whose names begin with one of these, put to a server that alters what passes."""
    with closing(new_prober(url, transport or TamperedTransport(before=before, after=after), **options)) as prober:
        for one in all_questions():
            if one.name.startswith(names):
                prober.results.add(one.name, one.text, one.mark, subject=one.subject)
                put(prober, one)
        clean(prober)
    return prober.results
