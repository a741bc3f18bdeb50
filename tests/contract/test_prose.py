"""The document reads aloud: summaries command, operations and tags speak in full sentences, all ends in a stop."""

import re

import pytest

from tests.contract.evidence import sentences
from tools.document import Operation, document, operations, walk

# The verbs of the document's sentences: one of these makes the difference between a sentence and a fragment.
VERBS = re.compile(
    r"\b(?:is|are|was|has|have|does|can|cannot|may|hold|holds|ignores?|marks?|expire|carries|opens|owns|keeps?|stays"
    r"|stops|starts|stores|describes|say|says|give|gives|returns|creates|changes|deletes|sends|streams|cancels|comes?"
    r"|answers|asks)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_summary_commands(operation: Operation) -> None:
    """A summary begins with the verb of the operation's name, as an order, and is written in sentence case."""
    verb = re.match("[a-z]+", operation.id)
    assert verb is not None
    assert re.fullmatch(rf"{verb[0].capitalize()}( [a-z]+)+", operation.node["summary"])


SPOKEN = {
    "info": document()["info"]["description"],
    **{f"tag {tag['name']}": tag["description"] for tag in document()["tags"]},
    **{name: operation.node["description"] for name, operation in operations().items()},
}


@pytest.mark.parametrize("text", SPOKEN.values(), ids=SPOKEN.keys())
def test_description_is_full_sentences(text: str) -> None:
    said = [one for one in sentences(re.sub(r"(?m)^## .*$", "", text)) if one]
    assert [one for one in said if not re.match("[A-Z`*]", one) or one[-1] not in ".:" or not VERBS.search(one)] == []


def test_every_description_begins_and_ends_like_a_sentence() -> None:
    """Fields, parameters, headers and answers are named by phrases, which begin and end like sentences."""
    texts = {"/".join(place): node for place, node in walk(document()) if place[-1:] == ("description",)}
    told = {place: node for place, node in texts.items() if isinstance(node, str)}
    assert {place for place, text in told.items() if not re.fullmatch(r"(?s)[A-Z`*].*\.", text.strip())} == set()
