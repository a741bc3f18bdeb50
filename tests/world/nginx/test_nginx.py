"""The server behind nginx, under a prefix: streams are not buffered, and a restart is survived."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backboard_threads import Backboard
from tests.support.world.browser import Browser
from tests.support.world.processes import wait_until_listening
from tests.support.world.swagger_page import authorize, try_out
from threads_server.testing import LocalServer, free_port

CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size 80m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream threads {{ server 127.0.0.1:{upstream}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location /backboard/ {{
      proxy_pass http://threads/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_read_timeout 30s;
      proxy_buffer_size 64k;
      proxy_buffers 8 64k;
    }}
  }}
}}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "threads.db") as server:
        yield server


@pytest.fixture
def url(server: LocalServer, tmp_path: Path) -> Iterator[str]:
    """The server's base URL behind nginx."""
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=tmp_path, port=port, upstream=server.port, user=user))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    process = subprocess.Popen([program, "-p", str(tmp_path), "-c", str(configuration)])
    try:
        wait_until_listening(process, port)
        yield f"http://127.0.0.1:{port}/backboard/api"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def backboard(server: LocalServer, url: str) -> Iterator[Backboard]:
    with Backboard(api_key=server.api_key, base_url=url) as backboard:
        yield backboard


def test_turn_succeeds_under_a_prefix(backboard: Backboard) -> None:
    assistant = backboard.assistants.create(name="Guide")
    thread = backboard.threads.create(assistant.assistant_id)
    reply = backboard.messages.send(thread.thread_id, content="/say hello")
    assert "hello" in str(reply.content)
    assert len(backboard.threads.get(thread.thread_id).messages) == 2


def test_page_and_its_files_are_served_under_a_prefix(url: str) -> None:
    root = url.removesuffix("/api")
    page = httpx.get(f"{root}/docs")
    assert page.status_code == 200
    for name in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        assert httpx.get(f"{root}/{name}").status_code == 200


def test_docs_page_tries_an_operation_under_a_prefix(server: LocalServer, url: str) -> None:
    with Browser() as browser:
        page = browser.open(f"{url.removesuffix('/api')}/docs")
        authorize(page, server.api_key)
        assert try_out(page, "threads", "listThreads").startswith("200")


def test_events_arrive_while_the_run_goes_on(backboard: Backboard) -> None:
    """A buffering proxy would hold them back until the run ended, which is cancelled only when the first has come."""
    assistant = backboard.assistants.create(name="Guide")
    thread = backboard.threads.create(assistant.assistant_id)
    seen = []
    with backboard.messages.stream(thread.thread_id, content="/slow 200 " + "word " * 200) as events:
        for event in events:
            seen.append(event.type)
            if seen.count("content_streaming") == 1 and event.type == "content_streaming":
                backboard.runs.cancel(thread.thread_id, event.run_id)
    assert "content_streaming" in seen
    assert 0 < seen.count("content_streaming") < 200


def test_large_upload_passes(server: LocalServer, url: str) -> None:
    headers = {"X-API-Key": server.api_key}
    files = {"files": ("large.bin", b"\0" * 20_000_000)}
    answer = httpx.post(f"{url}/threads/messages", headers=headers, data={"content": "x"}, files=files, timeout=60)
    assert answer.status_code == 200


def test_restart_of_the_server_is_survived(backboard: Backboard, server: LocalServer, url: str) -> None:
    """Connections that nginx kept open to the server that stopped are not used for the one that started."""
    assistant = backboard.assistants.create(name="Guide")
    thread = backboard.threads.create(assistant.assistant_id)
    path, headers = f"{url}/threads/{thread.thread_id}", {"X-API-Key": server.api_key}
    for _ in range(3):
        server.stop()
        assert httpx.get(path, headers=headers).status_code == 502
        server.start()
        with httpx.Client(headers=headers) as client:
            assert {client.get(path).status_code for _ in range(50)} == {200}
    backboard.messages.send(thread.thread_id, content="x")
