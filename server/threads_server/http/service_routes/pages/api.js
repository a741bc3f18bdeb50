// Requests to the API, with the key of this tab. A refused key is forgotten, and the event "unauthorized" dispatched.
const api = new URL(document.body.dataset.api + "/", document.baseURI);
export const KEY = "backboard-threads-key";

export class ApiError extends Error {}

export async function request(method, path, body, headers = {}) {
  const form = body instanceof FormData;
  const answer = await fetch(new URL(path, api), {
    method,
    headers: {
      "X-API-Key": sessionStorage.getItem(KEY) ?? "",
      ...(body && !form ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    body: body && !form ? JSON.stringify(body) : body,
  });
  if (answer.ok) return answer;
  const text = await answer.text();
  let detail = text;
  try {
    ({ detail } = JSON.parse(text));
    if (Array.isArray(detail)) detail = detail.map((one) => `${one.loc.join(".")} ${one.msg}`).join("; ");
  } catch { /* not JSON: the text itself */ }
  if (answer.status === 401) {
    sessionStorage.removeItem(KEY);
    document.dispatchEvent(new Event("unauthorized"));
  }
  throw new ApiError(`${answer.status}: ${detail}`);
}

export const json = async (...parameters) => (await request(...parameters)).json();

export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const frames = held.split("\n\n");
    held = frames.pop();
    for (const frame of frames) {
      const data = frame.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
      if (data.length) yield JSON.parse(data.join("\n"));
    }
  }
}

export function curl(method, path, body) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -X ${method} ${quoted(new URL(path, api).href)}`, `  -H "X-API-Key: $BACKBOARD_API_KEY"`];
  if (body) lines.push("  -H 'Content-Type: application/json'", `  -d ${quoted(JSON.stringify(body))}`);
  return lines.join(" \\\n");
}
