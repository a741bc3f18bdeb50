"""vcrpy records calls of the default client and plays them again, without the server and without the key."""

import asyncio
import sys
from pathlib import Path

import vcr
from served import KEY, serving

from backboard_threads import AsyncBackboard, Backboard

heads: list[bytes] = []
recorder = vcr.VCR(filter_headers=["X-API-Key"], record_mode="once")


async def call_async(url: str) -> str:
    async with AsyncBackboard(api_key=KEY, base_url=url) as client:
        return (await client.threads.get("t")).thread_id


def both(url: str) -> None:
    with Backboard(api_key=KEY, base_url=url) as client:
        assert client.threads.get("t").thread_id == "t"
    assert asyncio.run(call_async(url)) == "t"


folder = Path(sys.argv[1])
with serving(heads) as url, recorder.use_cassette(str(folder / "recorded.yaml")):
    both(url)
assert len(heads) == 2, heads
with recorder.use_cassette(str(folder / "recorded.yaml")):
    both(url)
assert KEY not in (folder / "recorded.yaml").read_text()
