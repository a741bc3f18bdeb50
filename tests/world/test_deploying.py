"""The configurations of deploy/: both proxies serve over TLS, streams at once; systemd finds the unit tight."""

import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from backboard_threads import Backboard
from tests.support.world.processes import wait_until_listening
from threads_server.testing import LocalServer, free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "threads.example.com"
NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {site}
}}
"""
CADDY = "{{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}}\n{site}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    arguments = ["--allowed-hosts", f"{NAME},localhost,127.0.0.1", "--metrics"]
    with LocalServer(tmp_path / "threads.db", arguments=arguments) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    names = f"subjectAltName=DNS:localhost,DNS:{NAME}"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    command += ["-addext", names, "-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return tmp_path / "fullchain.pem"


Proxy = Callable[..., list[str]]


def nginx(folder: Path, port: int, *upstreams: int) -> list[str]:
    """Write the configuration with this test's places in it, and return the command."""
    site = (DEPLOY / "nginx.conf").read_text()
    servers = re.compile(r"^.*\b127\.0\.0\.1:8000\b.*\n", re.M)
    site = servers.sub(lambda line: "".join(line[0].replace("8000", str(one)) for one in upstreams), site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("/etc/ssl/threads", str(folder))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site, user=user))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, *upstreams: int) -> list[str]:
    """Write the configuration with this test's places in it, and return the command."""
    servers = " ".join(f"127.0.0.1:{one}" for one in upstreams)
    site = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", servers)
    tls = f"\ttls {folder}/fullchain.pem {folder}/privkey.pem"
    site = re.sub(
        rf"^{re.escape(NAME)} {{$", f"https://localhost:{port}, https://{NAME}:{port} {{\n{tls}", site, flags=re.M
    )
    (folder / "Caddyfile").write_text(CADDY.format(site=site))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextmanager
def serving(proxy: Proxy, folder: Path, *upstreams: int) -> Iterator[httpx.Client]:
    """Run a proxy in front of servers, and give a client of it that trusts its certificate."""
    port = free_port()
    places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    process = subprocess.Popen(proxy(folder, port, *upstreams), env={**os.environ, **places})
    try:
        wait_until_listening(process, port)
        trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, timeout=60) as http:
            yield http
    finally:
        process.terminate()
        process.wait()


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_serves_turns_and_streams_over_tls_and_hides_metrics(
    proxy: Proxy, server: LocalServer, tmp_path: Path
) -> None:
    with (
        serving(proxy, tmp_path, server.port) as http,
        Backboard(api_key=server.api_key, base_url=str(http.base_url.join("/api")), http_client=http) as backboard,
    ):
        assert http.get("/api/health/ready").status_code == 200
        assert http.get("/metrics").status_code == http.get("/api/metrics").status_code == 404
        assert httpx.get(f"http://127.0.0.1:{server.port}/metrics").status_code == 200
        turn = backboard.messages.chat(content="/say hello")
        assert turn.content == "hello"
        seen = 0
        with backboard.messages.stream(turn.thread_id, content="/slow 200 " + "word " * 200) as events:
            for event in events:
                seen += event.type == "content_streaming"
                if seen == 1 and event.type == "content_streaming":  # held back, it would come after the run's end
                    backboard.runs.cancel(turn.thread_id, event.run_id)
        assert 0 < seen < 200


class FailingServer(BaseHTTPRequestHandler):
    """Healthy, but once it has read a POST, it answers with the status in its path, or closes the connection at 0."""

    protocol_version = "HTTP/1.1"
    posts: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status = int(self.path.rpartition("/")[2])
        self.posts.append(status)
        if status:
            self.answer(status)
        else:
            self.close_connection = True

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_sends_a_post_to_one_server_only(proxy: Proxy, tmp_path: Path) -> None:
    FailingServer.posts.clear()
    statuses = [0, 429, 500, 502, 503, 504]
    with ExitStack() as stack:
        servers = [stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), FailingServer)) for _ in range(2)]
        for one in servers:
            threading.Thread(target=one.serve_forever, daemon=True).start()
            stack.callback(one.shutdown)
        http = stack.enter_context(serving(proxy, tmp_path, *(one.server_port for one in servers)))
        assert [http.post(f"/api/{one}", json={}).status_code for one in statuses] == [502, *statuses[1:]]
    assert FailingServer.posts == statuses


@pytest.mark.usefixtures("certificate")
def test_nginx_serves_as_soon_as_one_of_two_servers_is_back(server: LocalServer, tmp_path: Path) -> None:
    server.stop()
    with serving(nginx, tmp_path, server.port, free_port()) as http:
        assert http.get("/api/health/ready").status_code == 502
        server.start()
        assert http.get("/api/health/ready").status_code == 200


def test_unit_is_tighter_than_three_of_ten() -> None:
    command = ["systemd-analyze", "security", "--offline=true", str(DEPLOY / "threads-server.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    exposure = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert exposure is not None
    assert float(exposure[1]) < 3
