"""A server whose account the questions are put to, and somebody who looks what is in it."""

from collections.abc import Iterator

import pytest

from threads_server.testing import LocalServer
from tools.conformance.cleaning import clean
from tools.conformance.effects import said
from tools.conformance.limits import limits
from tools.conformance.prober import Prober
from tools.conformance.questions import implied
from tools.conformance.results import Results, documented
from tools.conformance.run import put
from tools.conformance.secret import Secret
from tools.document import operations
from tools.resources import Caller, Resources

KEY = "8f14e45fceea167a5a36dedd4bea2543"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("conformance") / "threads.db", api_key=KEY) as started:
        yield started


@pytest.fixture
def owner(server: LocalServer) -> Iterator[Caller]:
    """The account's owner, who finds it empty and leaves it empty."""
    caller = Caller(server.url, server.api_key)
    yield caller
    for assistant in caller.ask("listAssistants"):
        caller.send(operations()["deleteAssistant"], Resources(assistant["assistant_id"], "", ""))
    caller.close()


def put_only(url: str, *names: str, read_only: bool = False, largest: int = 200_000) -> Results:
    """Results of the questions whose names begin with one of these."""
    results = documented(Secret(KEY))
    prober = Prober(url, KEY, results, pause=0, read_only=read_only, largest=largest, rest=lambda _: None)
    for one in (*implied(), *limits(), *said()):
        if one.name.startswith(names):
            results.add(one.name, one.text, one.mark, subject=one.subject)
            put(prober, one)
    clean(prober)
    prober.close()
    return results
