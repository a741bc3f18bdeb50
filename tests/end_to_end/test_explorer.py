"""The page at `/`: what is served, and under which policy. `tests/world/browser` opens it."""

import httpx

from threads_server.http.service_routes.explorer import ASSETS
from threads_server.pytest_plugin import ThreadsAccount


def test_policy_lets_nothing_in_from_outside(backboard_threads_server: ThreadsAccount) -> None:
    root = backboard_threads_server.url.removesuffix("api")
    for path in ("", *(f"explorer/{name}" for name in ASSETS)):
        answer = httpx.get(f"{root}{path}")
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; connect-src 'self';")
        assert "unsafe" not in policy
        assert "//" not in answer.text.replace("://", "").replace("// ", "") or path.endswith("js")
    assert httpx.get(f"{root}explorer/index.html").status_code == 404
    nowhere = httpx.get(f"{root}threads")
    assert nowhere.json() == {"detail": "Not Found: the API is under /api, its documentation at /docs"}
