// Requests to the API, with the key of this tab.
const api = new URL(document.body.dataset.api + "/", document.baseURI);
export const KEY = "backboard-threads-key";

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

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
  throw new ApiError(`${answer.status}: ${detail}`, answer.status);
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

// The same request on a command line: -N shows a stream as it comes.
export function curl(method, path, body) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl ${body ? "-N " : ""}${quoted(new URL(path, api).href)}`, `  -H "X-API-Key: $BACKBOARD_API_KEY"`];
  if (body instanceof FormData) {
    for (const [name, value] of body) {
      if (value instanceof File) lines.push(`  -F ${quoted(`${name}=@"${value.name.replace(/["\\]/g, "\\$&")}"`)}`);
      else lines.push(`  --form-string ${quoted(`${name}=${value}`)}`);
    }
  } else if (body) {
    lines.push("  -H 'Content-Type: application/json'", `  -d ${quoted(JSON.stringify(body))}`);
  }
  return lines.join(" \\\n");
}
