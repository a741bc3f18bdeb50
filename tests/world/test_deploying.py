"""The configurations of deploy/: both proxies serve over TLS, streams at once; systemd finds the unit tight."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

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
CADDY = "{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{site}"


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


def nginx(folder: Path, upstream: int, port: int) -> list[str]:
    """Write the configuration with this test's places in it, and return the command."""
    site = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("/etc/ssl/threads", str(folder))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site, user=user))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, upstream: int, port: int) -> list[str]:
    """Write the configuration with this test's places in it, and return the command."""
    site = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    tls = f"\ttls {folder}/fullchain.pem {folder}/privkey.pem"
    site = re.sub(
        rf"^{re.escape(NAME)} {{$", f"https://localhost:{port}, https://{NAME}:{port} {{\n{tls}", site, flags=re.M
    )
    (folder / "Caddyfile").write_text(CADDY.format(site=site))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_proxy_serves_turns_and_streams_over_tls_and_hides_metrics(
    proxy: Callable[[Path, int, int], list[str]], server: LocalServer, certificate: Path, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    process = subprocess.Popen(proxy(tmp_path, server.port, port), env=environment)
    try:
        wait_until_listening(process, port)
        url = f"https://localhost:{port}"
        trust = ssl.create_default_context(cafile=str(certificate))
        with (
            httpx.Client(verify=trust, timeout=60) as http,
            Backboard(api_key=server.api_key, base_url=f"{url}/api", http_client=http) as backboard,
        ):
            assert http.get(f"{url}/api/health/ready").status_code == 200
            assert http.get(f"{url}/metrics").status_code == http.get(f"{url}/api/metrics").status_code == 404
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
    finally:
        process.terminate()
        process.wait()


def test_nginx_serves_as_soon_as_one_of_two_servers_is_back(
    server: LocalServer, certificate: Path, tmp_path: Path
) -> None:
    port, other = free_port(), free_port()
    command = nginx(tmp_path, server.port, port)
    configuration = Path(command[-1])
    line = re.compile(rf"^.*server 127\.0\.0\.1:{server.port}\b.*\n", re.M)
    several = line.sub(
        lambda found: found[0] + found[0].replace(str(server.port), str(other)), configuration.read_text()
    )
    configuration.write_text(several)
    server.stop()
    process = subprocess.Popen(command)
    try:
        wait_until_listening(process, port)
        with httpx.Client(verify=ssl.create_default_context(cafile=str(certificate)), timeout=60) as http:
            assert http.get(f"https://localhost:{port}/api/health/ready").status_code == 502
            server.start()
            assert http.get(f"https://localhost:{port}/api/health/ready").status_code == 200
    finally:
        process.terminate()
        process.wait()


def test_unit_is_tighter_than_three_of_ten() -> None:
    command = ["systemd-analyze", "security", "--offline=true", str(DEPLOY / "threads-server.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    exposure = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert exposure is not None
    assert float(exposure[1]) < 3
