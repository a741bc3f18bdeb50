"""Connections of streams: reused after a whole stream, closed after one that was left."""

import ssl

import httpx
import pytest

from backboard_threads import Backboard
from tests.support.client.scripted_server import Server, Silence, events, reply, serving
from tests.support.client.sse_frames import (
    ENDED,
    REPLY,
    UNNUMBERED,
    frame,
)
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant


async def test_streams_read_to_the_end_reuse_one_connection(variant: Variant, server: Server) -> None:
    server.answer(events(*UNNUMBERED))
    http_client = variant.http_class()
    for count, options in enumerate(({}, {"http_client": http_client}), 1):
        client = variant.client(server, **options)
        for _ in range(5):
            assert len(await variant.read(client.messages.stream(THREAD_ID, content="x"))) == len(REPLY)
        assert server.connections == count
        await variant.end(client)
    await variant.do(http_client.aclose() if variant.name == "async" else http_client.close())


def test_connection_of_http_client_keeps_its_timeouts_for_other_requests(server: Server) -> None:
    """The sync client bounds the reads of such a connection, but only those of its own calls."""
    server.answer(events(*UNNUMBERED), reply(200, THREAD), Silence())
    with (
        httpx.Client(timeout=0.2) as http_client,
        Backboard(api_key=KEY, base_url=server.url, http_client=http_client, deadline=60) as client,
    ):
        with client.messages.stream(THREAD_ID, content="x") as stream:
            list(stream)
        assert http_client.get(server.url).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            http_client.get(server.url)
    assert server.connections == 1


async def test_ten_streams_over_tls_cost_one_handshake(variant: Variant) -> None:
    contexts = [ssl.SSLContext(protocol) for protocol in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)]
    for context in contexts:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")  # anonymous: no certificate to keep in the tests
    with serving(contexts[0]) as server:
        server.answer(events(*UNNUMBERED))
        client = variant.client(server, verify=contexts[1])
        for _ in range(10):
            assert len(await variant.read(client.messages.stream(THREAD_ID, content="x"))) == len(REPLY)
        assert contexts[0].session_stats()["accept"] == 1
        await variant.end(client)


async def test_connection_kept_open_after_the_last_event_is_closed(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(frame(ENDED), then=silence))
    await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))
    assert silence.is_over.wait(60), "the connection is still open"


async def test_stream_left_early_closes_its_connection(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    async with variant.within(variant.client(server).messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
    assert silence.is_over.wait(600)
    with pytest.raises(RuntimeError, match="not open"):
        await variant.all(opened)


async def test_stream_of_http_client_delivers_events_at_once(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    given = variant.http_class(timeout=600)
    client = variant.client(server, http_client=given)
    async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
        assert (await variant.next(opened)).type == REPLY[0]["type"]
        assert not silence.is_over.is_set()
    assert silence.is_over.wait(600)
    await variant.do(given.aclose() if variant.name == "async" else given.close())


async def test_exception_inside_a_stream_closes_its_connection(variant: Variant, server: Server) -> None:
    silence = Silence()
    server.answer(events(*UNNUMBERED[:3], then=silence))
    opened = variant.client(server).messages.stream(THREAD_ID, content="x")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the `with` inside is what is tested
        async with variant.within(opened):
            await variant.next(opened)
            raise ZeroDivisionError
    assert silence.is_over.wait(600)
