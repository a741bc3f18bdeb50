"""Statements of the document in sentences: effects and orders. Each question quotes its sentence."""

from collections.abc import Iterator

from tools.conformance import assistant_effects, service_effects, thread_effects, turn_effects
from tools.conformance.questions import Question
from tools.conformance.results import SENTENCES
from tools.conformance.sentence import EFFECTS

SUBJECTS = (assistant_effects, thread_effects, turn_effects, service_effects)
"""The modules whose questions these are."""


def said() -> Iterator[Question]:
    """A question for each sentence."""
    for sentence, mark, effect in EFFECTS:
        yield Question(SENTENCES, f"says: {sentence}", sentence, mark, effect)
