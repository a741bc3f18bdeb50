"""The response to a request that begins or continues a turn."""

from threads_server.http.etags import tag
from threads_server.http.idempotency import REPLAYED
from threads_server.http.responses import EventStream, Response
from threads_server.runs.turns import TurnEvents, TurnResult


def turn_response(result: TurnResult) -> Response | EventStream:
    """JSON with the thread's version as its `ETag`, or a stream of events."""
    if isinstance(result, TurnEvents):
        return EventStream(result.events, REPLAYED if result.replayed else {})
    headers = {} if result.version is None else {"ETag": tag(result.version)}
    return Response(result.body.encode(), headers={**headers, **REPLAYED} if result.replayed else headers)
