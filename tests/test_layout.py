"""The layout: the direction of imports, the length of modules, and the files that documents name."""

import ast
import re
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = "threads_server"
MAY_IMPORT = {
    "store": {"runs.states"},
    "responders": {"store.history"},
    "openapi": set(),
    "runs": {"responders", "store"},
}
"""Packages of the server that each of them may import, apart from modules that belong to none."""


def modules(folder: Path) -> dict[str, Path]:
    """The modules of a package by their dotted names, but for what `make world` installed among them."""
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(folder.rglob("*.py"))
        if "node_modules" not in path.parts
    }


CLIENT = "backboard_threads"
PACKAGES = {
    CLIENT: modules(ROOT / "generated" / CLIENT),
    SERVER: modules(ROOT / "server" / SERVER),
    **{name: modules(ROOT / name) for name in ("benchmarks", "generator", "tests", "tools")},
}


def imports(name: str, root: str) -> set[str]:
    """The modules of a package that one of them imports, now or later, but for what only type checkers import."""
    return all_imports(name, root) & PACKAGES[root].keys() - {name}


@cache
def all_imports(name: str, root: str) -> set[str]:
    known = PACKAGES[root]
    path = known[name]
    found: set[str] = set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.orelse:
                visit(child)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parts, *([node.module] if node.module else [])])
            for alias in node.names:
                submodule = f"{module}.{alias.name}"
                found.add(submodule if submodule in known else module)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found.update(str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_server_package_imports_only_what_is_below_it(package: str) -> None:
    above = [
        f"{name} imports {imported}"
        for name in PACKAGES[SERVER]
        if name.split(".")[1:2] == [package]
        for imported in imports(name, SERVER)
        if imported != SERVER and (other := imported.split(".")[1]) != package
        if PACKAGES[SERVER][f"{SERVER}.{other}"].name == "__init__.py"
        if not {other, imported.removeprefix(f"{SERVER}.")} & MAY_IMPORT[package]
    ]
    assert above == []


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_import_each_other_in_no_circle(package: str) -> None:
    graph = {name: imports(name, package) for name in PACKAGES[package]}
    assert list(TopologicalSorter(graph).static_order())


def test_modules_have_at_most_400_lines() -> None:
    by_hand = [path for package in PACKAGES.keys() - {CLIENT} for path in PACKAGES[package].values()]
    by_hand += [*(ROOT / "server").rglob("*.js"), *(ROOT / "generator").rglob("*.jinja")]
    assert [str(path) for path in by_hand if len(path.read_text("utf-8").splitlines()) > 400] == []


EXTRAS = {
    f"{CLIENT}._models.structs": "fast",
    f"{SERVER}.cli.completion": "completion",
    f"{SERVER}.store.backends.postgres": "postgres",
    f"{SERVER}.store.backends.postgres_schema": "postgres",
}
"""Modules that are imported with an extra only; another names its extra in the error that asks for it."""
BROUGHT = {"anyio", "certifi", "httpcore", "socksio", "pytest"}
"""Packages that httpx and its extra bring, and the one that imports the plugin."""


def test_what_a_module_imports_is_a_dependency_or_in_its_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {"": project["dependencies"], **project["optional-dependencies"]}
    offered = {extra: {re.split(r"[^\w-]", one)[0].lower() for one in listed} for extra, listed in needed.items()}
    distributions = packages_distributions()
    missing = []
    for root, extras in ((CLIENT, {""}), (SERVER, {"", "server"})):
        for name, path in PACKAGES[root].items():
            named = {*re.findall(r"backboard-threads\[(\w+)\]", path.read_text("utf-8")), EXTRAS.get(name, "")}
            known = BROUGHT.union(*(offered[extra] for extra in extras | named))
            tops = {one.partition(".")[0] for one in all_imports(name, root)} - {
                "",
                *PACKAGES,
                *sys.stdlib_module_names,
            }
            missing += [
                (name, top)
                for top in tops
                if not known & {one.lower().replace("_", "-") for one in distributions.get(top, [top])}
            ]
    assert missing == []


def test_no_test_imports_another() -> None:
    """Shared helpers are in tests/support, or in a module beside the tests that is none."""
    found = [
        f"{name} imports {imported}"
        for name in PACKAGES["tests"]
        for imported in imports(name, "tests")
        if imported.rpartition(".")[2].startswith("test_")
    ]
    assert found == []


def test_no_test_patches_a_private_name() -> None:
    """That none reads one is ruff's rule SLF001."""
    patch = re.compile(r"""(?:setattr|patch\.object)\([\w.]+, "_[a-zA-Z]""")
    assert [name for name, path in PACKAGES["tests"].items() if patch.search(path.read_text("utf-8"))] == []


def test_files_named_in_documents_exist() -> None:
    documents = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".spectral.yaml"]
    named = re.compile(
        r"`(?:\w+/)+\w+\.(?:py|yaml|jinja)\b|\b(?:server|generator|tests|tools)/[\w/]+\.(?:py|yaml|jinja)\b"
    )
    missing = [
        f"{document.name}: {path}"
        for document in documents
        for path in {match.strip("`") for match in named.findall(document.read_text("utf-8"))}
        if not any((root / path).exists() for root in (ROOT, ROOT / "server" / SERVER, ROOT / "generator" / "runtime"))
    ]
    assert missing == []


def test_links_of_documents_lead_to_files_and_headings() -> None:
    """An anchor is a heading in small letters, with hyphens for spaces and without other marks."""
    missing = []
    for document in [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").glob("*.md")]:
        for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", document.read_text("utf-8")):
            path, _, anchor = target.partition("#")
            file = document.parent / path if path else document
            headings = (
                re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE) if anchor and file.is_file() else []
            )
            known = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            missing += [] if file.exists() and (not anchor or anchor in known) else [f"{document.name}: {target}"]
    assert missing == []
