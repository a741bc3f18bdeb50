"""What the document says in sentences: effects, orders, memories. Each question quotes the one that it is about."""

from tests.conformance import assistant_effects, service_effects, thread_effects, turn_effects
from tests.conformance.asker import Asker
from tests.conformance.questions import question
from tests.conformance.sentence import EFFECTS

SUBJECTS = (assistant_effects, thread_effects, turn_effects, service_effects)
"""The modules whose questions these are."""


def ask_effects(asker: Asker) -> None:
    for sentence, mark, effect in EFFECTS:
        asker.ledger.add(f"says: {sentence}", sentence, mark)
        question(asker, f"says: {sentence}", lambda effect=effect: effect(asker), "it is not so")
