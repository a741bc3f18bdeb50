"""Clients and models in pickles, copies and process pools."""

import copy
import inspect
import itertools
import multiprocessing
import pickle
import ssl
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import certifi
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


def _note(_: object) -> str:
    return KEY


ARGUMENTS: dict[str, Any] = {
    "api_key": _note, "base_url": "https://server.example/api", "timeout": httpx.Timeout(3, connect=2), "deadline": 7.0,
    "max_retries": 5, "headers": {"X-Team": "a"}, "verify": certifi.where(), "cert": ("a.pem", "b.pem"),
    "proxy": "http://127.0.0.1:1", "trust_env": False, "max_response_bytes": 10, "max_header_bytes": 20,
    "on_retry": _note, "raise_on_failed_run": False,
}  # fmt: skip
"""A value that is not the default, for each argument of a client."""
MADE_OF_DEFAULTS: dict[str, Any] = {
    "api_key": KEY,
    "base_url": "https://app.backboard.io/api",
    "timeout": httpx.Timeout(120, connect=10),
    "headers": {},
}
"""What a client makes of the arguments that were not given, where it is not the default itself."""
CHANGES: dict[str, Any] = {
    "timeout": httpx.Timeout(None),
    "deadline": None,
    "max_retries": 0,
    "headers": {"X-Team": "b"},
}


@pytest.mark.parametrize("given", [{}, ARGUMENTS], ids=["defaults", "arguments"])
def test_twin_of_a_client_has_all_its_arguments(
    variant: Variant, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", lambda *_: None)
    parameters = inspect.signature(variant.client_class).parameters
    assert {*ARGUMENTS, "http_client"} == parameters.keys()
    arguments = {name: parameters[name].default for name in ARGUMENTS} | MADE_OF_DEFAULTS | given
    client = variant.client(**given)
    twins = {"pickle": pickle.loads(pickle.dumps(client)), "copy": copy.copy(client), "deepcopy": copy.deepcopy(client)}
    twins |= {name: client.with_options(**{name: value}) for name, value in CHANGES.items()}
    for name, twin in {
        **twins,
        "itself": client,
        "copy of a copy": twins["headers"].with_options(deadline=7.0),
    }.items():
        expected = {
            **arguments,
            **({name: CHANGES[name]} if name in CHANGES else {}),
        }
        expected |= {"headers": CHANGES["headers"], "deadline": 7.0} if name == "copy of a copy" else {}
        for one in (twin, pickle.loads(pickle.dumps(twin))):
            state = one.__getstate__()
            del state["attributes"]
            assert state == expected, name


@pytest.mark.parametrize("kind", ["client", "transport"])
def test_client_with_http_client_cannot_be_pickled_or_copied(variant: Variant, kind: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    client = variant.client(http_client=transport if kind == "transport" else variant.http_class(transport=transport))
    for one, twin in itertools.product(
        (client, client.with_options(timeout=3)), (pickle.dumps, copy.copy, copy.deepcopy)
    ):
        with pytest.raises(TypeError, match="http_client of its own"):
            twin(one)


@pytest.mark.parametrize("name", ["verify", "cert", "proxy", "trust_env"])
def test_network_arguments_are_refused_beside_an_http_client(variant: Variant, name: str) -> None:
    for given in (httpx.MockTransport(lambda _: httpx.Response(200)), variant.http_class()):
        with pytest.raises(TypeError, match="not for http_client"):
            variant.client_class(api_key=KEY, http_client=given, **{name: ARGUMENTS[name]})


def test_models_survive_pickle_and_copy() -> None:
    thread = models.Thread.from_dict({**THREAD, "metadata_": {"a": [1]}, "new_field": {"x": None}})
    for twin in (pickle.loads(pickle.dumps(thread)), copy.copy(thread), copy.deepcopy(thread)):
        assert twin == thread
        assert twin.to_dict() == thread.to_dict()
