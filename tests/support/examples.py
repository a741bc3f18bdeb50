"""How many examples a property is tried with: few in `make test`, fifty times as many in `make soak`."""

from hypothesis import settings


def examples(count: int) -> settings:
    """Settings for so many examples, times the profile's share of Hypothesis' usual hundred."""
    return settings(max_examples=count * settings().max_examples // 100)
