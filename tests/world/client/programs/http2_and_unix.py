"""HTTP/2 and Unix sockets through http_client; no key in hpack's log."""

import io
import logging
import socket
import sys
import threading
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpx
from served import KEY, THREAD

from backboard_threads import Backboard

BODY = httpx.Response(200, json=THREAD).content


def serve_unix(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)


def serve_http2(listener: socket.socket) -> None:
    raw, _ = listener.accept()
    with raw:
        protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        protocol.initiate_connection()
        raw.sendall(protocol.data_to_send())
        while data := raw.recv(65536):
            for event in protocol.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    protocol.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/json")])
                    protocol.send_data(event.stream_id, BODY, end_stream=True)
            raw.sendall(protocol.data_to_send())


path = str(Path(sys.argv[1]) / "socket")
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(path)
    listener.listen()
    threading.Thread(target=serve_unix, args=(listener,), daemon=True).start()
    with httpx.Client(transport=httpx.HTTPTransport(uds=path)) as http_client:
        client = Backboard(api_key=KEY, base_url="http://server/api", http_client=http_client)
        assert client.threads.get("t").thread_id == "t"

log = io.StringIO()
logging.basicConfig(stream=log, level=logging.DEBUG)
with socket.create_server(("127.0.0.1", 0)) as listener:
    threading.Thread(target=serve_http2, args=(listener,), daemon=True).start()
    with httpx.Client(http1=False, http2=True) as http_client:
        client = Backboard(
            api_key=KEY, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/api", http_client=http_client
        )
        for _ in range(3):
            answer = client.threads.with_response.get("t")
            assert answer.response.http_version == "HTTP/2"
assert "hpack" in log.getvalue()
assert KEY not in log.getvalue(), [line for line in log.getvalue().splitlines() if KEY in line]
