"""The samples in curl and Python send what needs escaping as it is, in each operation's path, query and body.

Those in TypeScript, which have to be compiled, are looked at by tests/world/publish.
"""

import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from itertools import permutations

import pytest

from backboard_threads import NotFoundError
from generator.client.names import read_names
from generator.document.document import Document
from tests.support.client.scripted_server import reply, serving
from tests.support.generator.documents import operation, small_document
from tests.support.generator.source import DOCUMENT
from tests.support.release.sample_requests import check_sent, of_language
from tools.publish.samples import Sample, samples

HOSTED = DOCUMENT.servers[0]["url"]


def run_python(sample: Sample, url: str) -> None:
    with suppress(NotFoundError):
        exec(compile(sample.source, "sample.py", "exec"), {"__name__": "__main__"})


def run_shell(sample: Sample, url: str) -> None:
    subprocess.run(["sh", "-c", sample.source.replace(HOSTED, url)], check=True, capture_output=True)


@pytest.mark.parametrize(("lang", "run"), [("Shell", run_shell), ("Python", run_python)], ids=["curl", "Python"])
def test_sample_sends_what_needs_escaping_as_it_is(
    lang: str, run: Callable[[Sample, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKBOARD_API_KEY", "key")
    with serving() as server:
        monkeypatch.setenv("BACKBOARD_BASE_URL", server.url)
        for operation, sample in of_language(lang):
            server.answer(reply(404, {"detail": "Thread not found"}))
            run(sample, server.url)
            (sent,) = server.requests
            check_sent(operation, sent)
            assert sent.headers["x-api-key"] == "key", sample.source


def test_python_sample_takes_objects_as_they_are_whichever_media_type_is_first() -> None:
    text = {"content": "Hi", "metadata": '{"a": 1}'}
    forms = {
        "application/x-www-form-urlencoded": text, "multipart/form-data": text,
        "application/json": {**text, "metadata": {"a": 1}},
    }  # fmt: skip
    for order in permutations(forms):
        content = {media: {"schema": {}, "examples": {"one": {"value": forms[media]}}} for media in order}
        paths = {"/things": {"post": operation("sendThing", requestBody={"content": content})}}
        document = Document(json.dumps(small_document(paths=paths)).encode())
        (_, python, _) = samples(document, read_names(document, None))["sendThing"]
        assert 'client.things.send(content="Hi", metadata={"a": 1})' in python.source
