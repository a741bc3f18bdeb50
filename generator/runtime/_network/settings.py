"""How to reach the API: certificates and proxy, from arguments or from the environment."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TypeAlias
from urllib.request import getproxies

from .transport import URL, Proxy

VerifyOption: TypeAlias = "bool | str | ssl.SSLContext"
"""True for the usual authorities, False for no check, a path of a file or folder of authorities, or a context."""
CertOption: TypeAlias = "str | tuple[str, str] | tuple[str, str, str] | None"
"""A client certificate: one file for certificate and key, or both, or both and the key's password."""

_contexts: dict[object, ssl.SSLContext] = {}


class UnusableEnvironment(Exception):
    """A variable of the environment that cannot be used, named by the text."""


class Network:
    """Certificates and proxy for one origin. Nothing is read before `context` or `proxy` is asked for."""

    __slots__ = ("_cert", "_proxy", "_url", "_uses_tls", "_verify", "proxy_source", "trust_env")

    def __init__(
        self,
        base_url: str,
        *,
        verify: VerifyOption,
        cert: CertOption,
        proxy: str | None,
        trust_env: bool,
        uses_tls: bool,
    ) -> None:
        self._url = URL(base_url)
        self._uses_tls = uses_tls
        self._verify: VerifyOption = verify
        self._cert: CertOption = cert
        self.trust_env: bool = trust_env
        self._proxy = None if proxy is None else _proxy("proxy", proxy, ValueError)
        self.proxy_source: str = "" if proxy is None else "the argument proxy"
        """The argument or variable that names the proxy in use; empty without one."""
        _check_verify(verify)
        _check_cert(cert)
        if verify is not True or cert is not None:
            self.context()

    def context(self) -> ssl.SSLContext:
        """The TLS context, made once a process for the same certificates.

        Raises `UnusableEnvironment`, or `ValueError` for an argument.
        """
        if isinstance(self._verify, ssl.SSLContext) and self._cert is None:
            return self._verify
        if not self._uses_tls:
            return _plain()
        variables = ("SSL_CERT_FILE", "SSL_CERT_DIR") if self.trust_env and self._verify is True else ()
        found = next(((name, os.environ[name]) for name in variables if os.environ.get(name)), None)
        key = (self._verify, self._cert, found)
        context = _contexts.get(key)
        if context is None:
            context = _contexts[key] = self._make_context(found)
        return context

    def preload(self) -> None:
        """Read the certificates, so that no event loop waits for it. Variables that cannot be used are left to the
        first call."""
        with suppress(UnusableEnvironment):
            self.context()

    def _make_context(self, found: tuple[str, str] | None) -> ssl.SSLContext:
        """A context with the authorities of the variable `found`, or of the arguments, and the client certificate."""
        source = f"verify={self._verify!r}" if found is None else "=".join(found)
        try:
            context = self._authorities() if found is None else _authorities(found[1])
        except (OSError, ssl.SSLError) as error:
            raise (ValueError if found is None else UnusableEnvironment)(f"{source} cannot be used: {error}") from None
        if self._cert is not None:
            try:
                context.load_cert_chain(*(self._cert if isinstance(self._cert, tuple) else (self._cert,)))
            except (OSError, ssl.SSLError, TypeError) as error:
                raise ValueError(f"cert cannot be used: {error}") from None
        return context

    def _authorities(self) -> ssl.SSLContext:
        """A context with the authorities of `verify`."""
        if isinstance(self._verify, ssl.SSLContext):
            return self._verify
        if self._verify is False:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        if self._verify is True:
            import certifi

            return ssl.create_default_context(cafile=certifi.where())
        return _authorities(self._verify)

    def proxy(self) -> Proxy | None:
        """The proxy to the API, if there is one. Raises `UnusableEnvironment`."""
        if self._proxy is not None or not self.trust_env:
            return self._proxy
        proxies = getproxies()
        for name in (self._url.scheme, "all"):
            text = proxies.get(name)
            if text:
                if is_exempt(self._url, proxies.get("no", "")):
                    return None
                if "://" not in text:
                    text = f"http://{text}"
                self.proxy_source = _variable(f"{name}_proxy", os.environ)
                return _proxy(self.proxy_source, text, UnusableEnvironment)
        return None


def _check_verify(value: object) -> None:
    if not isinstance(value, (bool, str, os.PathLike, ssl.SSLContext)):
        raise TypeError(f"verify must be True, False, a path or an ssl.SSLContext, not {type(value).__name__}")


def _check_cert(value: object) -> None:
    if value is not None and not isinstance(value, (str, os.PathLike, tuple)):
        raise TypeError(f"cert must be a path or a tuple, not {type(value).__name__}")


def _variable(name: str, environment: Mapping[str, str]) -> str:
    return name if name in environment else name.upper()


def _proxy(source: str, text: object, error_class: type[Exception]) -> Proxy:
    """A proxy by its URL. The URL may hold a password, so errors show the scheme only."""
    if not isinstance(text, str):
        raise TypeError(f"{source} must be the URL of a proxy, not {type(text).__name__}")
    try:
        proxy = Proxy(text)
        if not proxy.url.host:
            raise ValueError
    except Exception:  # httpx.InvalidURL, ValueError, and UnicodeError from a host that is none
        scheme = text.partition("://")[0] if "://" in text else ""
        known = "http, https, socks5 and socks5h proxies can be used"
        hint = " (socks5:// is meant?)" if scheme in ("socks", "socks4", "socks4a") else ""
        shown = f"{scheme}://…" if scheme else "no scheme"
        raise error_class(f"{source} ({shown}) cannot be used{hint}: {known}") from None
    if proxy.url.scheme.startswith("socks"):
        try:
            import_module("socksio")
        except ImportError:
            raise error_class(f"{source} names a SOCKS proxy: pip install 'httpx[socks]'") from None
    return proxy


def is_exempt(url: URL, exceptions: str) -> bool:
    """Whether `exceptions`, the value of NO_PROXY, names the host of `url`.

    Entries are hosts (with or without a leading dot or `*.`), `host:port`, addresses and networks, or `*`. One that
    cannot be read names nothing.
    """
    host, port = url.host.lower().strip("[]").rstrip("."), url.port or {"http": 80, "https": 443}.get(url.scheme)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for entry in exceptions.lower().replace(" ", ",").split(","):
        name = entry.partition("://")[2] or entry
        if "://" in entry and entry.partition("://")[0] not in (url.scheme, "all"):
            continue
        if not name:
            continue
        if name == "*":
            return True
        if address is not None:
            try:
                if address in ipaddress.ip_network(name.strip("[]"), strict=False):
                    return True
                continue
            except (ValueError, TypeError):
                pass
        name, _, number = name.partition(":") if name.count(":") == 1 else name.partition("]:")
        if number and number != str(port):
            continue
        name = name.strip("[]").removeprefix("*").strip(".")
        if name and (host == name or (address is None and host.endswith(f".{name}"))):
            return True
    return False


def _authorities(path: str) -> ssl.SSLContext:
    """A context that trusts the authorities in a file or a folder."""
    if Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def _plain() -> ssl.SSLContext:
    """A context for connections that will never need one: loading certificates takes 15 ms."""
    context = _contexts.get(None)
    if context is None:
        context = _contexts[None] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context
