"""The rate limit does what its model says under any pressure: the arrivals of all requests, and nothing forgotten."""

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.state import passes
from threads_server.http import rate_limit
from threads_server.http.rate_limit import RateLimit

# sums of these are exact
RATES = st.sampled_from([0.25, 0.5, 1.0, 4.0, 16.0])
GAPS = st.sampled_from([0.0, 0.0, 0.03125, 0.125, 1.0, 3.5])
REQUESTS = st.lists(st.tuples(st.sampled_from("ab"), GAPS), max_size=60)


@settings(max_examples=60)
@given(rate=RATES, requests=REQUESTS, gap=st.sampled_from([0.03125, 0.125, 1.0]))
def test_rate_limit_passes_what_its_model_passes(rate: float, requests: list[tuple[str, float]], gap: float) -> None:
    steady = [("a", gap)] * 40  # a client that comes again and again without waiting is served at the rate
    limit, now = RateLimit(rate, 60), 1_000.0
    passed: dict[str, list[float]] = {"a": [], "b": []}
    with patch.object(rate_limit, "monotonic", lambda: now):
        for key, pause in [*requests, *steady]:
            now += pause
            expected = passes(passed[key], now, rate)
            wait = limit.take(key)
            assert (wait == 0) is expected, (key, now, passed)
            assert wait == 0 or passes(passed[key], now + wait, rate)
            assert wait <= 1 or not passes(passed[key], now + wait - 1, rate)
            if not wait:
                passed[key].append(now)
