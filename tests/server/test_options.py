"""The settings of the server: each has an option and an environment variable."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.command_line import refused, run
from threads_server.cli import main
from threads_server.settings import Settings

SETTINGS: dict[str, tuple[str, Any]] = {
    "host": ("::1", "::1"),
    "port": ("9", 9),
    "database": ("other.db", "other.db"),
    "workers": ("1", 1),
    "responder": ("a.b:c", "a.b:c"),
    "models": ("models.yaml", "models.yaml"),
    "llm_base_url": ("http://h", "http://h"),
    "llm_api_key": ("sk-of-llm", "sk-of-llm"),
    "llm_model": ("m", "m"),
    "llm_errors": ("full", "full"),
    "llm_max_bytes": ("1000", 1000),
    "llm_first_piece_timeout": ("1.5", 1.5),
    "llm_piece_timeout": ("2.5", 2.5),
    "max_tool_calls": ("3", 3),
    "busy_wait": ("4", 4.0),
    "run_timeout": ("5", 5.0),
    "rate_limit": ("6", 6.0),
    "cors_origins": ("https://a.example", ("https://a.example",)),
    "retain_days": ("30.5", 30.5),
    "account_threads": ("12", 12),
    "account_messages": ("13", 13),
    "account_bytes": ("14", 14),
    "metrics": ("true", True),
    "middleware": ("a.b:c", "a.b:c"),
    "log_format": ("json", "json"),
    "log_level": ("info", "info"),
    "allowed_hosts": ("a.example, b.example", ("a.example", "b.example")),
    "max_connections": ("7", 7),
    "pool_size": ("10", 10),
    "statement_timeout": ("11", 11.0),
    "head_timeout": ("8", 8.0),
    "body_timeout": ("9.5", 9.5),
    "api_key": ("sk-of-user", "sk-of-user"),
    "testing": ("true", True),
}
"""A value for each field of Settings: as text, and as it is read."""


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_each_setting_has_an_option_and_a_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []
    if name == "testing":  # else each server would make a temporary database, and the settings would differ
        monkeypatch.setenv("THREADS_SERVER_DATABASE", f"{tempfile.gettempdir()}/threads.db")
    monkeypatch.setattr("threads_server.server.serve", served.append)
    text, value = SETTINGS[name]
    option = {"cors_origins": "cors-origin"}.get(name, name.replace("_", "-"))
    with pytest.raises(SystemExit):
        main(["serve", f"--{option}", *(() if value is True else (text,))])
    monkeypatch.setenv(f"THREADS_SERVER_{option.upper().replace('-', '_')}", text)
    with pytest.raises(SystemExit):
        main(["serve"])
    assert [getattr(settings, name) for settings in served] == [value, value]
    assert served[0] == served[1]
    assert text not in repr(served[0]) or name not in ("api_key", "llm_api_key")


@pytest.mark.parametrize("words", [("--llm-model", "gpt"), ("--llm-base-url", "http://127.0.0.1:9")])
def test_option_without_effect_is_a_warning(
    words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("threads_server.server.serve", lambda settings: None)
    for responder, expected in (("offline", 1), ("my:own", 0)):
        with pytest.raises(SystemExit):
            main(["serve", *words, "--responder", responder])
        said = capsys.readouterr().err
        assert (
            said.count("warning: --llm-base-url and --llm-model have no effect without --responder openai") == expected
        )


def test_help_names_every_option_and_its_default() -> None:
    done = run("serve", "--help")
    for name in SETTINGS:
        assert f"--{name.replace('_', '-').removesuffix('s')}" in done.stdout
    assert "127.0.0.1" in done.stdout
    assert "None" not in done.stdout
    assert run().returncode == 2


def test_help_shows_no_key() -> None:
    keys = {"THREADS_SERVER_API_KEY": "key-of-a-user", "THREADS_SERVER_LLM_API_KEY": "key-of-an-endpoint"}
    assert "key-of-" not in run("serve", "--help", environment=keys).stdout


@pytest.mark.parametrize(
    ("name", "reason"), [("nothing.there:x", "ModuleNotFoundError"), ("json:nothing", "AttributeError")]
)
def test_middleware_that_cannot_be_used_is_one_line(name: str, reason: str, tmp_path: Path) -> None:
    said = refused("serve", "--port", "0", "--middleware", name, "--database", str(tmp_path / "threads.db"))
    assert said.startswith(f"threads-server: the middleware {name} cannot be used: {reason}")
