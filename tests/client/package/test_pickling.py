"""Clients and models in pickles, copies and process pools."""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import httpx
import pytest

from backboard_threads import AsyncBackboard, Backboard, models
from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant


def _get(client: Backboard) -> str:
    return client.threads.get(THREAD_ID).thread_id


async def test_client_survives_pickle_copy_and_process_pool(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(
        server, timeout=httpx.Timeout(3, connect=2), deadline=7, max_retries=5, headers={"X-Team": "a"}
    )
    await variant.do(client.threads.get(THREAD_ID))
    for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert repr(twin) == repr(client)
        assert twin.__getstate__() == client.__getstate__()
        await variant.do(twin.threads.get(THREAD_ID))
        await variant.end(twin)
    await variant.do(client.threads.get(THREAD_ID))
    assert {seen.headers["x-team"] for seen in server.requests} == {"a"}
    assert {seen.headers["x-api-key"] for seen in server.requests} == {KEY}
    if variant.name == "sync":
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            assert list(pool.map(_get, [client, client])) == [THREAD_ID] * 2


class Tenants:
    """Attributes that a program keeps on its clients."""

    tenant = "?"


class SyncTenants(Tenants, Backboard):
    pass


class AsyncTenants(Tenants, AsyncBackboard):
    pass


def test_client_of_a_subclass_keeps_its_attributes(variant: Variant) -> None:
    client = (SyncTenants if variant.name == "sync" else AsyncTenants)(api_key=KEY)
    client.tenant = "acme"
    threads = client.threads
    for twin in (client.with_options(timeout=3), pickle.loads(pickle.dumps(client)), copy.copy(client)):
        assert twin.tenant == "acme"
        assert twin.threads is not threads
    state = {name: value for name, value in client.__getstate__().items() if name != "attributes"}
    client.__setstate__(state)  # of a pickle of 0.1.0


def test_client_with_http_client_cannot_be_pickled(variant: Variant) -> None:
    with pytest.raises(TypeError, match="http_client of its own"):
        pickle.dumps(variant.mocked(lambda _: httpx.Response(200)))


def test_models_survive_pickle_and_copy() -> None:
    thread = models.Thread.from_dict({**THREAD, "metadata_": {"a": [1]}, "new_field": {"x": None}})
    for twin in (pickle.loads(pickle.dumps(thread)), copy.copy(thread), copy.deepcopy(thread)):
        assert twin == thread
        assert twin.to_dict() == thread.to_dict()
