import type { components } from "./generated/backboard.js";

export type StreamEvent = components["schemas"]["StreamEvent"];

/** The events that end a stream, as `x-stream-ends` of `StreamEvent` in openapi.yaml lists them. */
export const STREAM_ENDS: ReadonlySet<string> = new Set([
  "run_ended",
  "message_complete",
  "run_completed",
  "run_failed",
  "error",
  "run_cancelled",
  "tool_submit_required",
]);

/**
 * Reads the body of a streamed answer (`parseAs: "stream"`) as events, each as soon as it arrives.
 *
 * Leaving the loop early closes the connection; the run goes on. A server may send types that the document does
 * not know yet: they arrive like any other.
 *
 * @throws Error if the stream stops without one of the events in `STREAM_ENDS`: it was cut off.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  let ended = false;
  let data = "";
  for await (const line of lines(body)) {
    // The API writes an event's JSON on one line; an empty line ends the event. `id:` lines and comments carry none.
    if (line.startsWith("data:")) data = line.slice("data:".length);
    if (line !== "" || data === "") continue;
    const event = JSON.parse(data) as StreamEvent;
    data = "";
    ended ||= STREAM_ENDS.has(event.type);
    yield event;
  }
  if (!ended) throw new Error("the stream was cut off before the turn ended");
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
