"""The models that the openai responder offers: one endpoint of the settings, or those of a file (`--models`)."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from threads_server.responders import ResponderFailed, UnknownModel

if TYPE_CHECKING:
    from threads_server.settings import Settings

PROVIDER = "openai"

_SECRET_PARAMETER = re.compile(r"key|token|secret|sig|password", re.IGNORECASE)

_FIELDS = {"base_url": str, "api_key_variable": str, "model": str, "provider": str, "context_size": int}


@dataclass(frozen=True, slots=True)
class Model:
    """A model at an endpoint, which knows it by `name`."""

    url: httpx.URL
    """Where chat completions are asked for, without a user and a password."""
    authorization: str | None = field(repr=False)
    name: str
    secrets: tuple[str, ...] = field(repr=False)
    provider: str = PROVIDER
    context_size: int | None = None
    """Tokens that the model takes, the answer's included."""


class Models:
    """Models by the names that requests give them. Raises ValueError for settings that do not name any."""

    def __init__(self, settings: "Settings") -> None:
        self.named = settings.models is not None
        """Whether a request can only name those of a file."""
        if settings.models is not None:
            self._models: Mapping[str, Model] = _read(Path(settings.models))
            return
        if not settings.llm_base_url:
            raise ValueError(
                "the openai responder needs an endpoint: set THREADS_SERVER_LLM_BASE_URL, or give --models"
            )
        key = _checked_key(settings.llm_api_key or "", "THREADS_SERVER_LLM_API_KEY")
        place = "THREADS_SERVER_LLM_BASE_URL"
        self._models = {"": _endpoint_model(settings.llm_base_url, key, place, settings.llm_model or "")}
        if not settings.llm_model:
            raise ValueError("the openai responder needs a model: set THREADS_SERVER_LLM_MODEL, or give --models")

    @property
    def secrets(self) -> set[str]:
        return {secret for model in self._models.values() for secret in model.secrets}

    def choose(self, provider: str | None, name: str | None) -> str | None:
        """The name of the model that a request asks for, None for the default. Raises UnknownModel."""
        if not self.named:
            return name
        providers = {model.provider: None for model in self._models.values()}
        if provider and provider not in providers:
            raise UnknownModel("llm_provider", [*providers])
        known = [name for name, model in self._models.items() if not provider or model.provider == provider]
        if name and name not in known:
            raise UnknownModel("model_name", known)
        return name or (known[0] if provider else None)

    def get(self, name: str | None) -> Model:
        """The model of that name, or the first one. Raises ResponderFailed."""
        if not self.named:
            return self._models[""]
        if name and name not in self._models:
            raise ResponderFailed(f"The model {name} is no longer offered")
        return self._models[name or next(iter(self._models))]


def _read(path: Path) -> dict[str, Model]:
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(entries, dict) or not entries:
        raise ValueError(f"{path} is not a mapping of model names to endpoints")
    models = {}
    for name, fields in entries.items():
        place = f"{path}, {name}"
        if not isinstance(name, str) or not name or not isinstance(fields, dict):
            raise ValueError(f"{place}: a name stands for a mapping with base_url")
        models[name] = _model(name, fields, place)
    return models


def _model(name: str, fields: dict[Any, Any], place: str) -> Model:
    for key_name, value in fields.items():
        kind = _FIELDS.get(key_name)
        if kind is None:
            raise ValueError(f"{place}: unknown field {key_name!r}; known are {', '.join(_FIELDS)}")
        if type(value) is not kind or not value:
            raise ValueError(f"{place}: {key_name} must be a {'number' if kind is int else 'text'}")
    if "base_url" not in fields:
        raise ValueError(f"{place}: base_url is missing")
    variable = fields.get("api_key_variable")
    if variable and not os.environ.get(variable):
        raise ValueError(f"{place}: the environment variable {variable} is not set")
    if (size := fields.get("context_size")) is not None and size < 0:
        raise ValueError(f"{place}: context_size must be a number of tokens")
    key = _checked_key(os.environ[variable], f"{place}: {variable}") if variable else ""
    model = _endpoint_model(fields["base_url"], key, f"{place}: base_url", fields.get("model", name))
    return replace(model, provider=fields.get("provider", PROVIDER), context_size=size)


def _endpoint_model(base_url: str, key: str, place: str, name: str) -> Model:
    """A model at an address that may have a user and a password, or keys in its query. `place` names the address."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise ValueError(f"{place} is no address") from None  # the reason quotes parts of it
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{place} is no address that begins with http:// or https://")
    secrets = [value for parameter, value in url.params.multi_items() if _SECRET_PARAMETER.search(parameter)]
    authorization = f"Bearer {key}" if key else None
    if url.userinfo:
        if key:
            raise ValueError(f"{place} has a user and there is a key: only one of them can be sent")
        key = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
        authorization = f"Basic {key}"
        secrets.append(url.password)
    url = url.copy_with(userinfo=b"", path=f"{url.path.rstrip('/')}/chat/completions")
    return Model(url, authorization, name, tuple(filter(None, (key, *secrets))))


def _checked_key(key: str, place: str) -> str:
    if not key.isascii() or not key.isprintable():
        raise ValueError(f"{place} cannot be sent: it is not printable ASCII")
    return key
