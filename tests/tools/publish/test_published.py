"""dist/: complete and consistent. `tests/world/publish` publishes it twice."""

import hashlib
import json
import re
import tarfile
import zipfile
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.generator import source
from tests.support.release.repositories import git
from tools.document import ROOT, document, resolve
from tools.publish.__main__ import main
from tools.publish.commit import Commit, NoCommit, current
from tools.publish.page import NOTE, UnexpectedPage, with_notes, write_page
from tools.publish.samples import samples

DOCUMENT = document()
VERSION = DOCUMENT["info"]["version"]


def test_published_commit_and_time_are_those_of_the_repository_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    own = current()
    assert re.fullmatch(r"[0-9a-f]{40,64}\+?", own.id or "")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", own.date)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770000000")
    assert (current().id, current().date) == (own.id, "2026-02-02T02:40:00Z")
    monkeypatch.setattr("tools.publish.commit.ROOT", tmp_path)
    assert (current().id, current().date) == (None, "2026-02-02T02:40:00Z")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    with pytest.raises(NoCommit):
        current()


def test_published_commit_differs_from_the_checked_out_one_if_any_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr("tools.publish.commit.ROOT", tmp_path)
    file = tmp_path / "file"
    file.write_text("as committed")
    for arguments in ("init -q", "add .", "commit -qm Work"):
        git(tmp_path, *arguments.split())
    (tmp_path / "untracked").touch()
    clean = current()
    assert not str(clean.id).endswith("+")
    for change in (lambda: file.write_text("changed"), file.unlink):
        change()
        assert current() == Commit(f"{clean.id}+", clean.epoch)
        git(tmp_path, "add", "--update")
        assert current() == Commit(f"{clean.id}+", clean.epoch)
        git(tmp_path, "reset", "-q", "--hard")
        assert current() == clean


def test_page_has_a_tab_for_each_language_in_the_order_of_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(command: str, source: Path, option: str, config: Path, *_: str | Path) -> None:
        page, listed = json.loads(source.read_text()), json.loads(config.read_text())
        shown = [one for node in nodes(page) for one in node.get("x-codeSamples", ())]
        tabs = [(one["lang"], one["label"]) for one in listed["openapi"]["codeSamples"]["languages"]]
        assert tabs == list(dict.fromkeys((one["lang"], one["label"]) for one in shown))
        raise UnexpectedPage

    monkeypatch.setattr("tools.publish.page.redocly", built)
    with pytest.raises(UnexpectedPage):
        write_page(source.DOCUMENT, tmp_path / "page.html")


def test_failed_publishing_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = tmp_path / "openapi.json"
    small.write_text('{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}}')
    old = tmp_path / "published" / "dist"
    old.mkdir(parents=True)
    (old / "kept").write_text("from before")
    monkeypatch.setattr("tools.publish.__main__.SOURCE", small)
    monkeypatch.setattr("tools.publish.redocly.COMMAND", tmp_path / "nothing")
    with pytest.raises(SystemExit) as ended:
        main(["--output", str(old)])
    assert ended.value.code == "publish: Redocly is not installed; `make publish` installs it"
    assert [path.name for path in old.parent.iterdir()] == ["dist"]
    assert (old / "kept").read_text() == "from before"


def test_changed_page_of_redoc_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*arguments: str | Path) -> None:
        Path(arguments[-1]).write_text("<!DOCTYPE html><title>Another Redoc</title>")

    monkeypatch.setattr("tools.publish.page.redocly", other)
    with pytest.raises(UnexpectedPage, match="logo-mini-full"):
        write_page(source.DOCUMENT, tmp_path / "page.html")


def test_every_form_has_its_version_and_latest(published: Path) -> None:
    forms = ["openapi-{}.yaml", "openapi-{}.json", "openapi-{}.dereferenced.json", "reference-{}.html"]
    forms += ["openapi-{}.oas-3.2.json", "openapi-{}.oas-3.0.json", "openapi-{}.for-generators.json"]
    wheel, sdist = f"backboard_threads-{VERSION}-py3-none-any.whl", f"backboard_threads-{VERSION}.tar.gz"
    assert {path.name for path in published.iterdir()} == {
        *(form.format(VERSION) for form in forms),
        *(form.format("latest") for form in forms),
        *(
            "README.md",
            "index.html",
            "version.json",
            "SHA256SUMS",
            wheel,
            sdist,
            f"backboard_threads-{VERSION}.cdx.json",
        ),
    }
    for form in forms:
        assert digest(published / form.format(VERSION)) == digest(published / form.format("latest"))


def test_readme_names_every_form_and_nothing_else(published: Path) -> None:
    named = set(re.findall(r"openapi-[\w.-]+(?:yaml|json)", (published / "README.md").read_text()))
    files = {path.name for path in published.glob("openapi-*")}
    assert named <= files
    assert {name.replace("latest", VERSION) for name in named} == {name for name in files if VERSION in name} - {
        f"openapi-{VERSION}.json"
    }


def test_checksums_fit_the_files(published: Path) -> None:
    lines = (published / "SHA256SUMS").read_text().splitlines()
    listed = {name: told for told, name in (line.split("  ") for line in lines)}
    assert listed == {path.name: digest(path) for path in published.iterdir() if path.name != "SHA256SUMS"}
    about = json.loads((published / "version.json").read_text())
    assert about["version"] == VERSION
    assert about["sha256"] == {name: told for name, told in listed.items() if name != "version.json"}


def test_distributions_have_every_file_of_their_packages(published: Path) -> None:
    folders = {"generated": "backboard_threads", "server": "threads_server"}
    files = {
        path.relative_to(ROOT)
        for folder, package in folders.items()
        for path in (ROOT / folder / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert Path("generated/backboard_threads/py.typed") in files
    (wheel,), (sdist,) = published.glob("*.whl"), published.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        packed = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {Path(*path.parts[1:]) for path in files} | {Path("threads_server/openapi.yaml")}
    with tarfile.open(sdist) as archive:
        unpacked = {Path(*Path(name).parts[1:]) for name in archive.getnames()}
    assert unpacked >= files | {Path("openapi.yaml"), Path("README.md"), Path("LICENSE"), Path("pyproject.toml")}


def test_published_forms_say_what_the_document_says(published: Path) -> None:
    assert (published / "openapi-latest.yaml").read_bytes() == (ROOT / "openapi.yaml").read_bytes()
    assert json.loads((published / "openapi-latest.json").read_text()) == DOCUMENT


def test_reference_page_has_the_whole_document_with_its_notes_and_samples(published: Path) -> None:
    page = (published / "index.html").read_text().partition("__redoc_definition = ")[2]
    shown, _ = json.JSONDecoder().raw_decode(page)
    code = samples(source.DOCUMENT, source.NAMES)
    for operation in source.DOCUMENT.operations:
        carried = shown["paths"][operation.path][operation.method].pop("x-codeSamples")
        assert carried == [asdict(one) for one in code[operation.id]]
    assert shown == noted(DOCUMENT)


def noted(node: Any) -> Any:
    """A node of the document with each note at the end of the description beside it."""
    if not isinstance(node, dict):
        return [noted(one) for one in node] if isinstance(node, list) else node
    texts = [node.get("description", ""), f"_Reference server_: {node[NOTE].strip()}"] if NOTE in node else []
    own = {"description": "\n\n".join(one.strip() for one in texts if one)} if texts else {}
    return {key: noted(value) for key, value in node.items() if key != NOTE} | own


def test_note_is_shown_whatever_stands_beside_it() -> None:
    beside: dict[str, Any] = {"description": "Text.\n", "type": "string", "$ref": "#/a", "deprecated": True}
    for chosen in product((True, False), repeat=len(beside)):
        node = {key: value for key, value in beside.items() if dict(zip(beside, chosen, strict=True))[key]}
        text = node.get("description", "").strip()
        expected = {**node, "description": f"{text}\n\n_Reference server_: A note.".strip()}
        noted = {NOTE: "A note.\n", **node}
        assert with_notes({"a": [noted, {"b": noted}], **noted}) == {"a": [expected, {"b": expected}], **expected}
        assert with_notes({"a": node}) == {"a": node}


def test_dereferenced_form_is_the_document_with_what_is_referred_to_in_its_place(published: Path) -> None:
    found = json.loads((published / "openapi-latest.dereferenced.json").read_text())
    assert not [node for node in nodes(found) if "$ref" in node]
    assert found == resolved(DOCUMENT)


def resolved(node: Any) -> Any:
    """A node with every reference replaced; what stands beside one wins. Those of a discriminator stay texts."""
    if isinstance(node, dict):
        whole = resolve(node) if isinstance(node.get("$ref"), str) else node
        return {key: resolved(value) for key, value in whole.items()}
    return [resolved(one) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize(("form", "version"), [("oas-3.2", "3.2.0"), ("oas-3.0", "3.0.3"), ("for-generators", "3.0.3")])
def test_derived_forms_are_bundled(published: Path, form: str, version: str) -> None:
    """Publishing has validated them."""
    document = json.loads((published / f"openapi-latest.{form}.json").read_text())
    assert (document["openapi"], document["info"]["version"]) == (version, VERSION)
    assert all(node["$ref"].startswith("#/") for node in nodes(document) if isinstance(node.get("$ref"), str))


def test_nothing_beside_a_reference_loosens_what_it_refers_to() -> None:
    """Dereferencing lets what stands beside a `$ref` win, which is right only where it says something new."""
    annotations = {"description", "default", "x-unproven", "x-extension", "x-server-note"}
    for node in nodes(DOCUMENT):
        reference = node.get("$ref", "")
        if reference.startswith("#/components/schemas/"):
            target = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
            assert not (set(node) & set(target)) - annotations, node


def nodes(value: Any) -> Any:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
