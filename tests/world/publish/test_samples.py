"""Every code sample of the reference page does what it shows, against a server."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.client.scripted_server import reply, serving
from tests.support.generator.source import DOCUMENT, NAMES
from tests.support.release.sample_requests import check_sent, of_language
from threads_server.testing import LocalServer
from tools.document import ROOT
from tools.publish.samples import Sample, samples

SAMPLES = samples(DOCUMENT, NAMES)
HOSTED = DOCUMENT.servers[0]["url"]
PARAMETERS = DOCUMENT.raw["components"]["parameters"]
TYPESCRIPT = ROOT / "languages" / "typescript"
FAILURES = ("Traceback", '"detail"', "run_failed")


SEPARATOR = "-- end of a sample --"
ONE_AFTER_ANOTHER = f"""
for (const file of process.argv.slice(1)) {{
  try {{
    await import(file);
  }} catch (error) {{
    console.log("Traceback", error);
  }}
  console.log("{SEPARATOR}");
}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("samples") / "threads.db") as server:
        yield server


@pytest.fixture
def real(server: LocalServer) -> Iterator[Callable[[str], str]]:
    """Put the identifiers of a new thread, whose run waits for a tool, in the place of the document's examples."""

    def prepared(source: str) -> str:
        assistant = client.post("/assistants", json={"name": "Guide", "tools": [tool]}).json()
        thread = client.post(f"/assistants/{assistant['assistant_id']}/threads", json={}).json()
        asks = {"thread_id": thread["thread_id"], "content": "/call get_weather {}"}
        waiting = client.post("/threads/messages", json=asks).json()
        if "/messages" in source or "backboard.messages." in source:
            client.post(f"/threads/{thread['thread_id']}/runs/{waiting['run_id']}/cancel").raise_for_status()
        known = {
            HOSTED: server.url,
            PARAMETERS["AssistantId"]["example"]: assistant["assistant_id"],
            PARAMETERS["ThreadId"]["example"]: thread["thread_id"],
            PARAMETERS["RunId"]["example"]: waiting["run_id"],
            "call_1": waiting["tool_calls"][0]["id"],
        }
        for example, own in known.items():
            source = source.replace(example, own)
        return source

    tool = {"function": {"name": "get_weather", "parameters": {"properties": {}}}}
    with httpx.Client(base_url=server.url, headers={"X-API-Key": server.api_key}) as client:
        yield prepared


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
def test_python(
    sample: Sample,
    real: Callable[[str], str],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    exec(compile(real(sample.source), "sample.py", "exec"), {"__name__": "__main__"})
    assert "(" in capsys.readouterr().out, "a model, as it shows itself"


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
    for number, (_, sample) in enumerate(of_language("TypeScript")):
        (folder / "src" / f"tricky{number}.ts").write_text(sample.source)
    run([str(tools / "tsc"), "--project", str(folder), "--skipLibCheck"], dict(os.environ))
    return folder


def test_typescript(compiled: Path, real: Callable[[str], str], environment: dict[str, str]) -> None:
    """All in one process, one after another."""
    files = []
    for operation, found in SAMPLES.items():
        for sample in found:
            if sample.lang == "TypeScript":
                built = compiled / "build" / f"{file(operation, sample)}.js"
                files.append(built.with_stem(f"{built.stem}-own"))
                files[-1].write_text(real(built.read_text()))
    shown = run(["node", "--input-type=module", "--eval", ONE_AFTER_ANOTHER, *map(str, files)], environment)
    assert [text for text in shown.split(SEPARATOR)[:-1] if not text.strip()] == []
    assert shown.count(SEPARATOR) == len(files)


def test_typescript_sends_what_needs_escaping_as_it_is(compiled: Path, environment: dict[str, str]) -> None:
    """In each operation's path, query and body; as tests/tools/publish has it for curl and Python."""
    operations = [operation for operation, _ in of_language("TypeScript")]
    with serving() as server:
        server.answer(reply(404, {"detail": "Thread not found"}))
        files = []
        for number in range(len(operations)):
            built = compiled / "build" / f"tricky{number}.js"
            built.write_text(built.read_text().replace(HOSTED, server.url))
            files.append(str(built))
        command = ["node", "--input-type=module", "--eval", ONE_AFTER_ANOTHER, *files]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        for operation, sent in zip(operations, server.requests, strict=True):
            check_sent(operation, sent)


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
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [sign for sign in FAILURES if sign in done.stdout], done.stdout
    return done.stdout
