"""What the document does not decide, as plain async Python: copied verbatim into the generated client.

Modules here are shared by the async and the sync client; `_async` holds what waits, and its twin `_sync` is derived
from it when the client is generated (`generator/unasync.py`). `_request` makes a call's requests and reads their
outcomes, `_network` is the way to httpx, `_models` reads and writes JSON. Nothing here imports generated code: the
document comes in as `Operation`, `Streaming` and `ApiInfo` of `_request/operation.py`. `_runs` and `_async/runs` are
the adapter of methods.yaml: what is known of runs, threads and replies beyond the document.
"""
