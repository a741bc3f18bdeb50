"""CPU per call: GET of a thread with 20 messages, decoded, over kept-alive connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx

from backboard_threads import AsyncBackboard, Backboard
from benchmarks.client import peers
from benchmarks.client.canned import TWENTY, serving
from benchmarks.measure import in_turns, in_turns_async, take_core
from benchmarks.table import Row

KEY = "key-0123456789"


def rows() -> Iterator[Row]:
    """Sync, async one at a time, async 64 at a time."""
    take_core(0)
    with serving() as address:
        yield from _sync(address)
        yield from asyncio.run(_async(address))


def _sync(address: str) -> Iterator[Row]:
    plain = httpx.Client(base_url=address, headers={"X-API-Key": KEY})
    ours = Backboard(api_key=KEY, base_url=address)
    given = Backboard(api_key=KEY, base_url=address, http_client=httpx.Client())
    get_thread = peers.stock("api.threads.get_thread")
    stock = peers.stock("client").AuthenticatedClient(
        base_url=address, token=KEY, prefix="", auth_header_name="X-API-Key"
    )
    ways: dict[str, Callable[[], object]] = {
        "httpx": lambda: plain.get(f"/threads/{TWENTY}").json(),
        "ours": lambda: ours.threads.get(TWENTY),
        "httpx's pool": lambda: given.threads.get(TWENTY),
        "stock": lambda: get_thread.sync(TWENTY, client=stock),
    }
    generated = peers.openapi_generator()
    if generated is not None:
        configuration = generated.Configuration(host=address, api_key={"APIKeyHeader": KEY})
        api = generated.ThreadsApi(generated.ApiClient(configuration))
        ways["openapi-generator"] = lambda: api.get_thread(TWENTY)
    try:
        for name, way in list(ways.items()):
            _try(name, way, ways)
        measured = in_turns(ways, calls=300, rounds=9)
    finally:
        plain.close()
        ours.close()
    yield Row("CPU per call, sync / httpx + .json()", measured.ratio("ours", "httpx"), "<= 1.05", str(measured))
    for peer in ("stock", "openapi-generator"):
        if peer in ways:
            yield Row(f"CPU per call, sync / {peer}", measured.ratio("ours", peer), "", "")


def _try(name: str, way: Callable[[], object], ways: dict[str, Callable[[], object]]) -> None:
    """Leave out a peer that cannot do it at all."""
    try:
        way()
    except Exception as error:
        if name in ("ours", "httpx"):
            raise
        print(f"{name} cannot: {type(error).__name__}: {str(error)[:100]}")
        del ways[name]


async def _async(address: str) -> list[Row]:
    plain = httpx.AsyncClient(base_url=address, headers={"X-API-Key": KEY})
    ours = AsyncBackboard(api_key=KEY, base_url=address)
    http_client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))
    given = AsyncBackboard(api_key=KEY, base_url=address, http_client=http_client)
    vendor = peers.vendor("client").BackboardClient(api_key=KEY, base_url=address)

    async def by_httpx() -> object:
        return (await plain.get(f"/threads/{TWENTY}")).json()

    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "httpx": by_httpx,
        "ours": lambda: ours.threads.get(TWENTY),
        "httpx's pool": lambda: given.threads.get(TWENTY),
        "vendor": lambda: vendor.get_thread(TWENTY),
    }
    one = await in_turns_async(ways, calls=300, at_a_time=1, rounds=7)
    many = await in_turns_async(ways, calls=640, at_a_time=64, rounds=7)
    await plain.aclose()
    await ours.aclose()
    await http_client.aclose()
    return [
        Row("CPU per call, async, one at a time / httpx", one.ratio("ours", "httpx"), "<= 1.05", str(one)),
        Row("CPU per call, async, 64 at a time / httpx", many.ratio("ours", "httpx"), "<= 0.60", str(many)),
        Row("CPU per call, async, 64 at a time / the vendor's SDK", many.ratio("ours", "vendor"), "<= 1.00", ""),
    ]
