"""References of a document: what they lead to, and what stands beside them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from generator.document.document import Document

LAYERS = st.lists(
    st.dictionaries(st.sampled_from(["description", "title", "x-note"]), st.sampled_from("abc")), min_size=1, max_size=4
)


@given(LAYERS)
def test_of_a_chain_of_references_what_stands_nearest_wins(layers: list[dict[str, str]]) -> None:
    further = [{"$ref": f"#/components/schemas/S{number}"} for number in range(1, len(layers))]
    chain = zip(layers, [*further, {}], strict=True)
    schemas = {f"S{number}": {**layer, **more} for number, (layer, more) in enumerate(chain)}
    raw = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}
    expected: dict[str, str] = {}
    for layer in reversed(layers):
        expected |= layer
    assert Document(json.dumps(raw).encode()).follow({"$ref": "#/components/schemas/S0"}, "") == expected
