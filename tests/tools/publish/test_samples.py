"""Every code sample of the reference page does what it shows, against a server."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from generator.document import Document
from generator.names import read_names
from tests.tools.publish.conftest import ROOT
from threads_server.testing import LocalServer
from tools.publish.samples import Sample, samples

DOCUMENT = Document.at(ROOT / "openapi.yaml")
SAMPLES = samples(DOCUMENT, read_names(DOCUMENT))
HOSTED = DOCUMENT.servers[0]["url"]
PARAMETERS = DOCUMENT.raw["components"]["parameters"]
TYPESCRIPT = ROOT / "languages" / "typescript"
FAILURES = ("Traceback", '"detail"', "run_failed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("samples") / "threads.db") as server:
        yield server


@pytest.fixture
def real(server: LocalServer) -> Callable[[str], str]:
    """Put real identifiers, of a thread whose run waits for a tool, in the place of the document's examples."""
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}) as client:
        tool = {"function": {"name": "get_weather", "parameters": {"properties": {}}}}
        assistant = client.post("/assistants", json={"name": "Guide", "tools": [tool]}).json()
        thread = client.post(f"/assistants/{assistant['assistant_id']}/threads", json={}).json()
        asks = {"thread_id": thread["thread_id"], "content": "/call get_weather {}"}
        waiting = client.post("/threads/messages", json=asks).json()
    known = {
        HOSTED: server.url,
        PARAMETERS["AssistantId"]["example"]: assistant["assistant_id"],
        PARAMETERS["ThreadId"]["example"]: thread["thread_id"],
        PARAMETERS["RunId"]["example"]: waiting["run_id"],
        "call_1": waiting["tool_calls"][0]["id"],
    }

    def replaced(source: str) -> str:
        for example, own in known.items():
            source = source.replace(example, own)
        return source

    def prepared(source: str) -> str:
        if "/messages" in source or "backboard.messages." in source:
            path = f"/threads/{thread['thread_id']}/runs/{waiting['run_id']}/cancel"
            httpx.post(server.url + path, headers={"X-API-Key": server.api_key}).raise_for_status()
        return replaced(source)

    return prepared


@pytest.fixture
def environment(server: LocalServer) -> dict[str, str]:
    return {**os.environ, "BACKBOARD_API_KEY": server.api_key, "BACKBOARD_BASE_URL": server.url}


def of(lang: str) -> list[object]:
    return [
        pytest.param(sample, id=f"{operation}-{sample.label}")
        for operation, found in SAMPLES.items()
        for sample in found
        if sample.lang == lang
    ]


@pytest.mark.parametrize("sample", of("Shell"))
def test_curl(sample: Sample, real: Callable[[str], str], environment: dict[str, str]) -> None:
    shown = run(["sh", "-c", real(sample.source)], environment)
    assert shown.startswith(("{", "[", "id: "))


@pytest.mark.parametrize("sample", of("Python"))
def test_python(sample: Sample, real: Callable[[str], str], environment: dict[str, str]) -> None:
    shown = run([sys.executable, "-W", "error", "-c", real(sample.source)], environment)
    assert "(" in shown, "a model, as it shows itself"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All TypeScript samples, compiled as strictly as the project's TypeScript client is."""
    if not (TYPESCRIPT / "node_modules").exists():
        run(["npm", "ci", "--no-progress", "--loglevel=error", "--prefix", str(TYPESCRIPT)], dict(os.environ))
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("package.json", "tsconfig.json"):
        (folder / name).write_bytes((TYPESCRIPT / name).read_bytes())
    (folder / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (folder / "src").mkdir()
    tools = TYPESCRIPT / "node_modules" / ".bin"
    types = ["--default-non-nullable", "false", "--output", str(folder / "src" / "backboard.d.ts")]
    run([str(tools / "openapi-typescript"), str(ROOT / "openapi.yaml"), *types], dict(os.environ))
    for operation, found in SAMPLES.items():
        for sample in found:
            if sample.lang == "TypeScript":
                (folder / "src" / f"{file(operation, sample)}.ts").write_text(sample.source)
    run([str(tools / "tsc"), "--project", str(folder)], dict(os.environ))
    return folder


@pytest.mark.parametrize(
    ("operation", "sample"),
    [
        pytest.param(operation, sample, id=f"{operation}-{sample.label}")
        for operation, found in SAMPLES.items()
        for sample in found
        if sample.lang == "TypeScript"
    ],
)
def test_typescript(
    operation: str, sample: Sample, compiled: Path, real: Callable[[str], str], environment: dict[str, str]
) -> None:
    built = compiled / "build" / f"{file(operation, sample)}.js"
    own = built.with_stem(f"{built.stem}-own")
    own.write_text(real(built.read_text()))
    assert run(["node", str(own)], environment)


def test_no_sample_is_missing() -> None:
    for operation in DOCUMENT.operations:
        streams = "text/event-stream" in DOCUMENT.follow(operation.raw["responses"]["200"], "")["content"]
        labels = [sample.label for sample in SAMPLES[operation.id]]
        plain = ["curl", "Python", "TypeScript"]
        assert labels == (
            plain + [f"{label} (events)" for label in plain] if streams and operation.method == "post" else plain
        )


def file(operation: str, sample: Sample) -> str:
    return operation + ("-events" if "(events)" in sample.label else "")


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [sign for sign in FAILURES if sign in done.stdout], done.stdout
    return done.stdout
