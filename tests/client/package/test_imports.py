"""What `import backboard_threads` and a first call load."""

import subprocess
import sys

from tests.support.client.scripted_server import Server, reply
from tests.support.client.variants import THREAD


def test_first_async_call_imports_nothing_and_reads_no_certificates(server: Server) -> None:
    server.answer(reply(200, THREAD))
    code = f"""
import asyncio, ssl, sys
from backboard_threads import AsyncBackboard, APIError
client = AsyncBackboard(api_key="k", base_url="https://127.0.0.1:1/api", max_retries=0)
plain = AsyncBackboard(api_key="k", base_url={server.url!r})
late = []
ssl.SSLContext.load_verify_locations = lambda *arguments, **names: late.append("certificates")
async def main():
    before = set(sys.modules)
    await plain.threads.get("t")
    try:
        await client.threads.get("t")
    except APIError:
        pass
    late.extend(set(sys.modules) - before)
asyncio.run(main())
print(late)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sync_client_imports_neither_async_client_nor_models() -> None:
    """The sync client alone loads no async client, no models, no attrs, and nothing of what only calls need."""
    code = (
        "import sys, httpx; before = set(sys.modules); "
        "from backboard_threads import Backboard; Backboard(api_key='k'); "
        "late = set(sys.modules) - before; print(*[name for name in late if 'models' in name or '_async.' in name "
        "or name in ('attr', 'attrs', 'anyio', 'backboard_threads.asgi') "
        "or name.endswith(('.sender', '.connection_pool', '.builder', '.bodies', '.operation', '.state'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
