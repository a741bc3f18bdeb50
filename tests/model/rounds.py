"""Machines played until they have reached what they have to reach."""

from collections.abc import Callable, Collection, Mapping

from hypothesis import seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

MAX_ROUNDS = 20


def play_rounds(
    machine: type[RuleBasedStateMachine],
    sequences: int,
    steps: int,
    missing: Callable[[], Collection[str]] = list,
    least: int = 1,
) -> None:
    """Play at least `least` rounds of `sequences`, each from a seed of its own, until nothing is `missing`.

    What a round draws depends on every module that is loaded, so a rare kind may need another round. Several short
    rounds differ more than a long one, where Hypothesis mostly varies the sequences that it began with.
    """
    for number in range(MAX_ROUNDS):
        played = settings(max_examples=sequences, stateful_step_count=steps)
        run_state_machine_as_test(seed(number)(machine), settings=played)
        if number + 1 >= least and not missing():
            return
    assert sorted(missing()) == []


def missing_kinds(kinds: Collection[str], counts: Mapping[str, int]) -> Callable[[], Collection[str]]:
    """Ask which of `kinds` are not counted, by their names before a colon or whole."""

    def missing() -> Collection[str]:
        counted = {name for name, count in counts.items() if count}
        return {*kinds} - counted - {name.partition(":")[0] for name in counted}

    return missing
