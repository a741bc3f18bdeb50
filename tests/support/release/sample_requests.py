"""What a code sample is to send, if every text in the document's examples needs escaping."""

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from generator.document.document import Document, Operation
from tests.support.client.scripted_server import RecordedRequest
from tests.support.generator.source import DOCUMENT, NAMES
from tools.publish.samples import Sample, samples

TRICKY = """Tom & "Ada" + 100% 'é' $HOME `id` \\n a=b?c#d/ü 🙂"""


def tricky(value: Any) -> Any:
    """An example with `TRICKY` in the place of each text."""
    if isinstance(value, dict):
        return {key: tricky(one) for key, one in value.items()}
    if isinstance(value, list):
        return [tricky(one) for one in value]
    return TRICKY if isinstance(value, str) else value


def _with_tricky_examples(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: tricky(value) if key in ("example", "value") else _with_tricky_examples(value)
            for key, value in node.items()
        }
    return [_with_tricky_examples(one) for one in node] if isinstance(node, list) else node


@cache
def tricky_document() -> Document:
    return Document(json.dumps(_with_tricky_examples(DOCUMENT.raw)).encode())


@cache
def tricky_samples() -> dict[str, list[Sample]]:
    """The samples of each operation, by its id."""
    return samples(tricky_document(), NAMES)


def of_language(lang: str) -> list[tuple[Operation, Sample]]:
    operations = {operation.id: operation for operation in tricky_document().operations}
    return [
        (operations[name], sample)
        for name, found in tricky_samples().items()
        for sample in found
        if sample.lang == lang
    ]


def check_sent(operation: Operation, sent: RecordedRequest) -> None:
    """Assert that a request has each text where the operation wants it, as it is."""
    assert sent.method == operation.method.upper()
    target = urlsplit(sent.target)
    steps, wanted = target.path.removeprefix("/api").split("/"), operation.path.split("/")
    assert [unquote(step) for step in steps] == [TRICKY if step.startswith("{") else step for step in wanted]
    texts = {one["name"] for one in operation.parameters if one["in"] == "query" and one.get("example") == TRICKY}
    query = dict(parse_qsl(target.query, keep_blank_values=True, strict_parsing=bool(target.query)))
    assert texts == {name for name, value in query.items() if value == TRICKY}
    assert all(value == TRICKY or json.dumps(json.loads(value)) == value for value in query.values()), query
    media_type = sent.headers.get("content-type", "").partition(";")[0]
    if "requestBody" in operation.raw:
        document = tricky_document()
        content = document.follow(operation.raw["requestBody"], "")["content"][media_type]
        examples = [document.follow(one, "")["value"] for one in content["examples"].values()]
        assert _body(sent, media_type) in [_without_switch(one) for one in examples]


def _body(sent: RecordedRequest, media_type: str) -> Any:
    text = sent.body.decode()
    return _without_switch(json.loads(text) if media_type == "application/json" else dict(parse_qsl(text)))


def _without_switch(example: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in example.items() if value is not None and name != "stream"}
