"""What the document does not decide, as plain async Python: copied verbatim into the generated client.

Modules here are shared by both halves; `_async` holds what waits, and its twin `_sync` is derived from it when the
client is generated (`generator/unasync.py`). Nothing here imports generated code: the document's api_info come in as
`operation.Operation`, `operation.Streaming` and `api_info.ApiInfo`. `_runs` and `_async/runs` are the adapter of
methods.yaml: what is known of runs, threads and replies beyond the document.
"""
