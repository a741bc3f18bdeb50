/** The life of a thread, against the server that BACKBOARD_BASE_URL names. */
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import { readEvents } from "./events.js";
import type { paths } from "./generated/backboard.js";

const baseUrl = process.env["BACKBOARD_BASE_URL"];
const apiKey = process.env["BACKBOARD_API_KEY"];
assert(baseUrl && apiKey, "set BACKBOARD_BASE_URL and BACKBOARD_API_KEY");

const backboard = createClient<paths, "application/json">({ baseUrl, headers: { "X-API-Key": apiKey } });
const say = (what: string, how: string) => console.log(what.padEnd(10), how);

/** An answer of openapi-fetch holds `data` or `error`, never both; this turns the second into an exception. */
function accepted<T>(answer: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  if (answer.data == null) throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const assistant = accepted(await backboard.POST("/assistants", { body: { name: "Guide" } }));
say("assistant", assistant.name);

const { assistant_id } = assistant;
const ofAssistant = { params: { path: { assistant_id } } };
const { thread_id, messages } = accepted(
  await backboard.POST("/assistants/{assistant_id}/threads", { ...ofAssistant, body: {} }),
);
const ofThread = { params: { path: { thread_id } } };
say("thread", `${messages?.length ?? 0} messages`);

// The hosted API is known to take this operation's body as a form; openapi-fetch writes one when told so.
const turn = accepted(
  await backboard.POST("/threads/{thread_id}/messages", {
    ...ofThread,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: { content: "My name is Ada." },
  }),
);
say("reply", turn.content ?? "");

// A long question: it comes back in one event, which is longer than the usual buffer of a line.
const question = "What is my name?" + " ".repeat(100_000);
const stream = accepted(
  await backboard.POST("/threads/{thread_id}/messages", {
    ...ofThread,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: { content: question, stream: true },
    parseAs: "stream",
  }),
);
let text = "";
let end = "";
for await (const event of readEvents(stream)) {
  if (event.type === "content_streaming") text += event.content;
  end = event.type;
}
say("streamed", `${text} (${end})`);

const thread = accepted(await backboard.GET("/threads/{thread_id}", ofThread));
say("history", (thread.messages ?? []).map((message) => message.role).join(", "));

for (let i = 0; i < 2; i++) {
  accepted(await backboard.POST("/assistants/{assistant_id}/threads", { ...ofAssistant, body: {} }));
}
const limit = 2;
let found = 0;
let pages = 0;
for (let last = false; !last; pages++) {
  const query = { skip: found, limit, include_messages: false };
  const page = accepted(await backboard.GET("/threads", { params: { query } }));
  found += page.length;
  last = page.length < limit;
}
say("paging", `${found} threads in ${pages} pages`);

const unknown = await backboard.GET("/threads/{thread_id}", { params: { path: { thread_id: assistant_id } } });
assert.equal(unknown.response.status, 404);
assert(unknown.error && typeof unknown.error.detail === "string");
say("404", unknown.error.detail);

const stranger = createClient<paths, "application/json">({ baseUrl, headers: { "X-API-Key": "nobody's" } });
const refused = await stranger.GET("/threads");
assert.equal(refused.response.status, 401);
assert(refused.error && typeof refused.error.detail === "string");
say("401", refused.error.detail);

const wrong = await backboard.GET("/threads", { params: { query: { limit: 1000 } } });
assert.equal(wrong.response.status, 422);
assert(wrong.error && Array.isArray(wrong.error.detail));
for (const fault of wrong.error.detail) say("422", `${fault.loc.join(".")}: ${fault.msg}`);

const deleted = accepted(await backboard.DELETE("/threads/{thread_id}", ofThread));
say("deleted", deleted.message);
const gone = await backboard.GET("/threads/{thread_id}", ofThread);
assert.equal(gone.response.status, 404);
say("deleted", accepted(await backboard.DELETE("/assistants/{assistant_id}", ofAssistant)).message);
