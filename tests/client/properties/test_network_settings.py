"""Proxy and certificates, from any mixture of arguments and variables of the environment."""

import os
import ssl
from pathlib import Path
from typing import Any
from unittest.mock import patch

import certifi
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads._network.settings import Network
from tests.support.examples import examples

PROXIES = [f"{name}_proxy" for name in ("http", "https", "all")]
ADDRESSES = ["http://{}:1", "{}:1", ""]
HOSTS = {"": False, "other.example, API.example:81,example:x": False}
HOSTS |= dict.fromkeys(
    ["api.example", "x, .Example", "*.example", "all://api.example", "a b api.example.:{}", "*"], True
)
"""Values of `NO_PROXY`, and whether they name `api.example` at any port but 81."""
BUNDLE = certifi.where()
FOLDER = str(Path(BUNDLE).parent)
CHAIN = ("a.pem", "b.pem", "password")


def environment(variables: dict[str, str]) -> Any:
    return patch.dict(os.environ, variables, clear=True)


@examples(150)
@given(
    st.dictionaries(st.sampled_from([*PROXIES, *map(str.upper, PROXIES)]), st.sampled_from(ADDRESSES)),
    st.sampled_from(sorted(HOSTS)), st.sampled_from(["no_proxy", "NO_PROXY"]),
    st.sampled_from(["http://api.example/api", "https://api.example", "https://API.example./api"]),
    st.booleans(), st.sampled_from([None, None, "http://argument"]),
)  # fmt: skip
def test_proxy_is_the_argument_or_that_of_the_environment(
    variables: dict[str, str], exempt: str, exempting: str, url: str, trust_env: bool, argument: str | None
) -> None:
    shown = {name: text.format(f"{name.replace('_', '-').swapcase()}.example") for name, text in variables.items()}
    with environment({**shown, exempting: exempt.format(443 if "https" in url else 80)}):
        network = Network(url, verify=True, cert=None, proxy=argument, trust_env=trust_env, uses_tls=False)
        proxy = network.proxy()
    found = None
    for kind in (url.partition(":")[0], "all"):
        names = [name for name in (f"{kind}_proxy", f"{kind}_PROXY".upper()) if name in shown]
        if found is None and names and shown[names[0]]:
            found = names[0]
    if argument is not None or not trust_env or HOSTS[exempt]:
        found = None
    if argument is not None:
        assert (proxy and str(proxy.url), network.proxy_source) == (argument, "the argument proxy")
    elif found is None:
        assert (proxy, network.proxy_source) == (None, "")
    else:
        assert proxy is not None
        assert (proxy.url.scheme, proxy.url.host) == ("http", f"{found.replace('_', '-')}.example".lower())
        assert network.proxy_source == found


def make_context(cafile: str | None = None, capath: str | None = None) -> ssl.SSLContext:
    """A context that only notes what it is to trust."""
    context: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.trusted = cafile, capath
    return context


def note_chain(context: Any, *files: object) -> None:
    context.chain = files


certificates = st.tuples(
    st.sampled_from([True, True, False, BUNDLE, FOLDER, Path(BUNDLE)]),
    st.sampled_from([None, "a.pem", Path("a.pem"), CHAIN[:2], CHAIN]),
    st.booleans(),
    st.dictionaries(st.sampled_from(["SSL_CERT_FILE", "SSL_CERT_DIR"]), st.sampled_from([BUNDLE, FOLDER, "/", ""])),
)


@examples(100)
@given(st.lists(certificates, min_size=1, max_size=3))
def test_certificates_are_those_of_the_arguments_or_of_the_environment(clients: list[Any]) -> None:
    """Several clients of one process, each with its own."""
    with (
        patch("backboard_threads._network.settings._contexts", {}),
        patch.object(ssl.SSLContext, "load_cert_chain", note_chain),
    ):
        for verify, cert, trust_env, variables in [*clients, *clients]:
            with patch.object(ssl, "create_default_context", make_context), environment(variables):
                network: Any = Network(
                    "https://api.example", verify=verify, cert=cert, proxy=None, trust_env=trust_env, uses_tls=True
                )
                context: Any = network.context()
                assert network.context() is context
            path: Any = BUNDLE if verify is True else verify
            if verify is True and trust_env:
                path = variables.get("SSL_CERT_FILE") or variables.get("SSL_CERT_DIR") or path
            expected: Any = (None, path) if path in (FOLDER, "/") else (path, None)
            assert getattr(context, "trusted", None) == (None if verify is False else expected)
            assert getattr(context, "chain", None) == (cert if isinstance(cert, tuple) else cert and (cert,))
            assert context.verify_mode == (ssl.CERT_NONE if verify is False else ssl.CERT_REQUIRED)
            assert context.check_hostname is (verify is not False)
