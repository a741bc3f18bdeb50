"""Every field that the document names is an attribute of its model: none of them ends among what came besides."""

from typing import Any

import pytest
from hypothesis import given

from backboard_threads import models
from tests.support.client.http_messages import spelled_alike
from tests.support.examples import examples
from tools.document import document, merged
from tools.schema_strategies import values
from tools.schema_validation import same

MODELS = [name for name in document()["components"]["schemas"] if hasattr(getattr(models, name, None), "from_dict")]


@pytest.mark.parametrize("name", MODELS)
def test_every_field_is_read(name: str) -> None:
    schema = merged({"$ref": f"#/components/schemas/{name}"})
    model = getattr(models, name)

    @examples(3)
    @given(values({**schema, "required": list(schema.get("properties", {}))}))
    def check(sent: dict[str, Any]) -> None:
        read = model.from_dict(sent)
        assert read.additional_properties.keys().isdisjoint(schema.get("properties", {}))
        assert same(spelled_alike(read.to_dict()), spelled_alike(sent))

    check()


@pytest.mark.parametrize("name", MODELS)
def test_null_in_every_optional_field_is_given_back(name: str) -> None:
    schema = merged({"$ref": f"#/components/schemas/{name}"})
    optional = set(schema.get("properties", {})) - set(schema.get("required", ()))

    @examples(1)
    @given(values(schema))
    def check(sent: dict[str, Any]) -> None:
        sent = {**sent, **dict.fromkeys(optional)}
        read = getattr(models, name).from_dict(sent)
        assert same(spelled_alike(read.to_dict()), spelled_alike(sent))

    check()


def test_models_of_responses_and_events_are_covered() -> None:
    assert {"Assistant", "Thread", "Message", "Turn", "GeneratedMedia", "RunEndedEvent"} <= set(MODELS)
