"""openapi-generator: it generates without a skipped validation, and compilers take what it writes.

Java, Go and Rust are compiled by `make languages`. No compiler of C# or Swift comes from a package registry here.
"""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.world.document.conftest import ROOT, TOOLS, run
from threads_server.testing import LocalServer

pytestmark = pytest.mark.timeout(1200)

SOURCES = {"csharp": "*.cs", "php": "*.php", "kotlin": "*.kt", "ruby": "*.rb", "swift6": "*.swift"}

OPTIONS = {"php": ["--name-mappings", "model_name=nameOfModel"]}  # its models have a method getModelName of their own


def generate(jar: Path, document: Path, language: str, target: Path) -> str:
    """Generate a client, and return the text of all its sources."""
    command = [
        "java",
        "-jar",
        jar,
        "generate",
        "-i",
        document,
        "-g",
        language,
        "-o",
        target,
        *OPTIONS.get(language, []),
    ]
    log = run(command, target.parent)
    renamed = set(re.findall(r"(\w+) \(reserved word\) cannot be used as model name", log))
    assert not renamed & json.loads(document.read_text())["components"]["schemas"].keys()
    return "\n".join(path.read_text() for path in sorted(target.rglob(SOURCES[language])))


@pytest.mark.parametrize("language", SOURCES)
def test_client_is_generated_with_every_operation(
    openapi_generator: Path, forms: dict[str, Path], tmp_path: Path, language: str
) -> None:
    text = generate(openapi_generator, forms["for-generators"], language, tmp_path / "client").lower()
    for name in ("streamRunEvents", "submitLatestToolOutputs", "ToolSubmitRequiredEvent"):
        assert name.lower() in text.replace("_", "")
    assert "ConversationThread".lower() in text.replace("_", "")


@pytest.mark.parametrize(("language", "check"), [("php", ["php", "-l"]), ("ruby", ["ruby", "-wc"])])
def test_sources_are_valid(
    openapi_generator: Path, forms: dict[str, Path], tmp_path: Path, language: str, check: list[str]
) -> None:
    generate(openapi_generator, forms["for-generators"], language, tmp_path / "client")
    sources = [path for path in (tmp_path / "client" / "lib").rglob(SOURCES[language]) if path.is_file()]
    assert len(sources) > 40
    for path in sources:
        run([*check, path], tmp_path)


def test_dist_alone_gives_a_client_in_ruby(openapi_generator: Path, tmp_path: Path) -> None:
    """Follow the README in a copy of dist/ and nothing else."""
    run([sys.executable, "-m", "tools.publish", "--output", tmp_path / "dist"], ROOT)
    (command,) = re.findall(r"^java -jar .*--generator-name ruby.*$", (tmp_path / "dist/README.md").read_text(), re.M)
    run(shlex.split(command.replace("openapi-generator-cli.jar", str(openapi_generator))), tmp_path / "dist")
    with LocalServer(tmp_path / "threads.db") as server:
        environment = {"BACKBOARD_BASE_URL": server.url, "BACKBOARD_API_KEY": server.api_key}
        # Without warnings: Debian's list of MIME types, which typhoeus loads, warns of itself now and then.
        shown = run(["ruby", "-W0", TOOLS / "ruby" / "life.rb"], tmp_path / "dist", **environment)
    assert shown.splitlines() == [
        'I have seen 1 message of this thread. You began with: "My name is Ada."',
        "run_ended",
        "user assistant user assistant",
        "404 Thread not found",
    ]


def test_kotlin_compiles(openapi_generator: Path, forms: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "client"
    generate(openapi_generator, forms["for-generators"], "kotlin", target)
    shutil.copyfile(TOOLS / "kotlin" / "pom.xml", target / "pom.xml")
    run(["mvn", "--quiet", "--batch-mode", "compile"], target)
    assert list(target.rglob("MessagesApi.class"))
