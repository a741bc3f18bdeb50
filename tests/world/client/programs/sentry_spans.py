"""Sentry traces calls of the default client: a span for each, and its header on the wire."""

import sentry_sdk
from served import KEY, each_half

from backboard_threads import AsyncBackboard, Backboard

heads: list[bytes] = []
sent: list[sentry_sdk.envelope.Envelope] = []


class Kept(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope: sentry_sdk.envelope.Envelope) -> None:
        sent.append(envelope)


def call(url: str) -> None:
    with sentry_sdk.start_transaction(name="sync"), Backboard(api_key=KEY, base_url=url) as client:
        client.threads.get("t")


async def call_async(url: str) -> None:
    with sentry_sdk.start_transaction(name="async"):
        async with AsyncBackboard(api_key=KEY, base_url=url) as client:
            await client.threads.get("t")


sentry_sdk.init(dsn="http://a@127.0.0.1:1/1", traces_sample_rate=1.0, transport=Kept)
for half in each_half(call, call_async, heads):
    spans = [
        span for envelope in sent for item in envelope.items for span in (item.payload.json or {}).get("spans", [])
    ]
    assert [span["op"] for span in spans if span["op"] == "http.client"], (half, spans)
    assert b"sentry-trace" in heads[0].lower(), (half, heads)
    assert KEY not in str(spans)
    sent.clear()
