"""Whatever the document allows as an answer is decoded, and encodes back to the same JSON, times to the microsecond."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given

from tests.support.client.calls import HALVES, METHODS, plain_request, say
from tests.support.client.http_messages import spelled_alike
from tests.support.examples import examples
from tools.document import operations
from tools.schema_strategies import values
from tools.schema_validation import faults, same

JSON = "application/json"
EXAMPLES = {"sync": 8, "async": 1}


def encoded(value: Any) -> Any:
    """Encode the client's decoded value as JSON."""
    if isinstance(value, list):
        return [encoded(item) for item in value]
    return value.to_dict()


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", METHODS)
def test_response_is_decoded_and_encoded_back_unchanged(name: str, half: str) -> None:
    operation = operations()[name]
    schema = operation.responses["200"]["content"][JSON]["schema"]

    @examples(EXAMPLES[half])
    @given(values(schema, unknown=True))
    def check(sent: Any) -> None:
        assert faults(schema, sent) == []
        body = json.dumps(sent).encode()

        def transport(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=body, headers={"Content-Type": JSON})

        got = encoded(say(plain_request(operation), transport, half=half))
        assert same(spelled_alike(json.loads(json.dumps(got))), spelled_alike(json.loads(body)))

    check()
