// One more client of the API. Texts of others are only ever set as textContent.
import { ApiError, KEY, curl, events, json, request } from "./api.js";

const PAGE = 100;
const SHOWN_MESSAGES = 200;
const SHOWN_CHARACTERS = 20_000; // of a message, until all of it is asked for

const at = (id) => document.getElementById(id);
const state = { assistants: [], threads: [], assistant: null, thread: null, run: null, shown: SHOWN_MESSAGES, streaming: null };
const reasonings = new Map(); // by run: it is streamed and not stored

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
}

// Characters that turn the direction of others around, and could show a text as another one.
const shown = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g,
  (one) => `\\u${one.charCodeAt(0).toString(16)}`);

// ---- what went wrong, and texts to copy

let noticeTimer;
function notice(error) {
  at("notice").textContent = error instanceof ApiError ? error.message : `The server does not answer: ${error.message}`;
  at("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => (at("notice").hidden = true), 10_000);
}

const guarded = (work) => async (event) => {
  event?.preventDefault?.();
  try {
    await work(event);
  } catch (error) {
    notice(error);
  }
};

function showText(title, text) {
  at("text-title").textContent = title;
  at("text").textContent = shown(text);
  at("copy").textContent = "Copy";
  at("text-dialog").showModal();
}

const showJson = (title, value) => showText(title, JSON.stringify(value, null, 2));

function button(text, work) {
  return make("button", { type: "button", textContent: text, onclick: guarded(work) });
}

function deleteButton(work) {
  const node = button("Delete", async () => {
    if (!node.classList.contains("sure")) {
      node.classList.add("sure");
      node.textContent = "Really delete";
      setTimeout(() => { node.classList.remove("sure"); node.textContent = "Delete"; }, 5000);
      return;
    }
    await work();
  });
  return node;
}

// ---- the lists

const when = (timestamp) => new Date(timestamp).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

function entry(title, facts, current, open) {
  const node = make("button", { type: "button", onclick: guarded(open) },
    make("span", { className: "isolated", textContent: shown(title) }),
    make("span", { className: "quiet isolated", textContent: shown(facts) }));
  if (current) node.setAttribute("aria-current", "true");
  return make("li", {}, node);
}

function showLists() {
  const wanted = at("search").value.trim().toLowerCase();
  const fits = (...texts) => texts.some((text) => (text ?? "").toLowerCase().includes(wanted));
  const names = new Map(state.assistants.map((one) => [one.assistant_id, one.name]));
  at("assistants").replaceChildren(...state.assistants
    .filter((one) => fits(one.name, one.description, one.assistant_id))
    .map((one) => entry(one.name, one.description ?? `since ${when(one.created_at)}`, one.assistant_id === state.assistant,
      () => chooseAssistant(one.assistant_id === state.assistant ? null : one.assistant_id))));
  at("threads").replaceChildren(...state.threads
    .filter((one) => fits(one.title, one.first_user_message, one.thread_id, names.get(one.assistant_id)))
    .map((one) => entry(one.title ?? one.first_user_message ?? "(empty)",
      `${when(one.created_at)} · ${one.message_count} messages · ${names.get(one.assistant_id) ?? ""}`,
      one.thread_id === state.thread?.thread_id, () => openThread(one.thread_id))));
  at("add-thread").disabled = state.assistants.length === 0;
}

async function loadAssistants() {
  state.assistants = await json("GET", `assistants?limit=${PAGE}`);
  showLists();
}

async function loadThreads(more = false) {
  const place = state.assistant ? `assistants/${state.assistant}/threads` : "threads";
  const skip = more ? state.threads.length : 0;
  const page = await json("GET", `${place}?include_messages=false&limit=${PAGE}&skip=${skip}`);
  state.threads = more ? [...state.threads, ...page] : page;
  at("more").hidden = page.length < PAGE;
  showLists();
}

async function chooseAssistant(id) {
  state.assistant = id;
  state.thread = null;
  location.hash = "";
  showThread();
  document.body.classList.toggle("reading", Boolean(id));
  if (id) showAssistant(state.assistants.find((one) => one.assistant_id === id));
  await loadThreads();
}

function showAssistant(assistant) {
  const path = `assistants/${assistant.assistant_id}`;
  at("head").hidden = false;
  at("title").textContent = shown(assistant.name);
  at("facts").textContent = assistant.assistant_id;
  at("empty").textContent = "Its threads are in the list.";
  at("actions").replaceChildren(
    button("JSON", () => showJson(assistant.name, assistant)),
    button("curl", () => showText("curl", curl("GET", path))),
    deleteButton(async () => {
      await request("DELETE", path);
      await chooseAssistant(null);
      await loadAssistants();
    }));
}

// ---- one thread

async function openThread(id) {
  state.thread = await json("GET", `threads/${id}`);
  state.shown = SHOWN_MESSAGES;
  location.hash = id;
  document.body.classList.add("reading");
  showThread();
  showLists();
}

async function reload() {
  const id = state.thread.thread_id;
  const thread = await json("GET", `threads/${id}`);
  if (state.thread?.thread_id !== id) return;
  state.thread = thread;
  showThread();
  await loadThreads();
}

function showThread() {
  const thread = state.thread;
  for (const id of ["head", "composer"]) at(id).hidden = thread === null;
  at("empty").hidden = thread !== null;
  at("empty").textContent = "Choose a thread, or begin a new one.";
  if (thread === null) {
    at("messages").replaceChildren();
    return;
  }
  const messages = thread.messages ?? [];
  const assistant = state.assistants.find((one) => one.assistant_id === thread.assistant_id);
  const path = `threads/${thread.thread_id}`;
  at("title").textContent = shown(thread.title ?? messages[0]?.content?.slice(0, 200) ?? "(empty)");
  at("facts").textContent = `${shown(assistant?.name ?? thread.assistant_id)} · ${messages.length} messages · ${thread.thread_id}`;
  at("actions").replaceChildren(
    button("Reload", reload),
    button("JSON", () => showJson("Thread", thread)),
    button("curl", () => showText("curl", curl("GET", path))),
    deleteButton(async () => {
      await request("DELETE", path);
      state.thread = null;
      location.hash = "";
      document.body.classList.remove("reading");
      showThread();
      await loadThreads();
    }));
  const hidden = Math.max(0, messages.length - state.shown);
  const earlier = hidden === 0 ? [] : [button(`Show ${hidden} earlier messages`, () => { state.shown = Infinity; showThread(); })];
  const last = messages.at(-1);
  at("messages").replaceChildren(...earlier, ...messages.slice(hidden).map((one) => message(one, one === last)));
  at("messages").scrollTop = at("messages").scrollHeight;
}

function message(one, last) {
  const metadata = one.metadata_ ?? {};
  const failed = one.status === "FAILED";
  const node = make("article", { className: `${one.role}${failed ? " failed" : ""}` },
    make("header", {},
      make("b", { textContent: shown(metadata.tool_name ? `output of ${metadata.tool_name}` : one.role) }),
      make("time", { dateTime: one.created_at, textContent: when(one.created_at) }),
      make("span", { textContent: shown([one.status === "COMPLETED" ? "" : one.status, one.model_name ?? ""].filter(Boolean).join(" · ")) }),
      button("JSON", () => showJson("Message", one))));
  const reasoning = reasonings.get(metadata.run_id);
  if (reasoning && one.role === "assistant") node.append(reasoningNode(reasoning));
  if (one.content) node.append(...contentNodes(one.content));
  if (failed) node.append(make("p", { className: "error isolated", textContent: shown(metadata.error ?? "It failed without a reason.") }));
  if (one.attachments?.length) {
    node.append(make("ul", {}, ...one.attachments.map((file) => make("li", { textContent: shown(`${file.filename}, ${file.file_size_bytes} bytes`) }))));
  }
  const calls = metadata.tool_calls ?? [];
  if (calls.length && last && one.status === "REQUIRES_ACTION") node.append(outputsForm(metadata.run_id, calls));
  else node.append(...calls.map(callNode));
  return node;
}

function contentNodes(text) {
  const node = make("div", { className: "content", dir: "auto", textContent: shown(text.slice(0, SHOWN_CHARACTERS)) });
  if (text.length <= SHOWN_CHARACTERS) return [node];
  const all = button(`Show all ${text.length.toLocaleString()} characters`, () => { node.textContent = shown(text); all.remove(); });
  all.className = "all";
  return [node, all];
}

const reasoningNode = (text) =>
  make("details", {}, make("summary", { textContent: "Reasoning" }), make("div", { className: "content", dir: "auto", textContent: shown(text) }));

function callNode(call) {
  let text = call.function.arguments;
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* shown as it came */ }
  return make("div", { className: "call" }, make("b", { className: "isolated", textContent: shown(`calls ${call.function.name}`) }), make("pre", { textContent: shown(text) }));
}

function outputsForm(run, calls) {
  const fields = calls.map((call) => {
    const field = make("textarea", { rows: 2, placeholder: `Output of ${call.function.name}` });
    field.setAttribute("aria-label", `Output of ${call.function.name}`);
    return [call, field];
  });
  const path = `threads/${state.thread.thread_id}/runs/${run}/submit-tool-outputs?stream=true`;
  const body = () => ({ tool_outputs: fields.map(([call, field]) => ({ tool_call_id: call.id, output: field.value })) });
  state.run = run;
  const form = make("form", { className: "outputs", onsubmit: guarded(() => stream("POST", path, body())) },
    ...fields.map(([call, field]) => { const node = callNode(call); node.append(field); return node; }),
    make("button", { className: "primary", textContent: calls.length > 1 ? "Submit outputs" : "Submit output" }),
    " ", button("curl", () => showText("curl", curl("POST", path, body()))),
    " ", button("Cancel the run", async () => { await cancel(run); await reload(); }));
  return form;
}

// ---- sending

function sendBody() {
  const files = [...at("files").files];
  const content = at("content").value;
  if (files.length === 0) return { content, stream: true };
  const form = new FormData();
  if (content) form.append("content", content);
  form.append("stream", "true");
  for (const file of files) form.append("files", file, file.name);
  return form;
}

async function send() {
  const body = sendBody();
  if (!(body instanceof FormData) && !body.content) return;
  const content = at("content").value;
  at("messages").append(message({ role: "user", content, created_at: new Date().toISOString(), status: "COMPLETED" }, false));
  at("content").value = at("files").value = "";
  try {
    await stream("POST", `threads/${state.thread.thread_id}/messages`, body);
  } catch (error) {
    at("content").value ||= content;
    throw error;
  }
}

async function stream(method, path, body) {
  const thread = state.thread.thread_id;
  const messages = at("messages");
  const content = make("div", { className: "content", dir: "auto" });
  const thought = make("div", { className: "content", dir: "auto" });
  const thinking = make("details", { open: true, hidden: true }, make("summary", { textContent: "Reasoning" }), thought);
  const node = make("article", { className: "assistant" }, make("header", {}, make("b", { textContent: "assistant" }), "…"), thinking, content);
  busy(true);
  let ended = false;
  let run = null;
  try {
    const answer = await request(method, path, body);
    messages.append(node);
    for await (const event of events(answer)) {
      run = event.run_id ?? run;
      state.streaming = run;
      const low = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
      if (event.type === "content_streaming") content.append(shown(event.content));
      else if (event.type === "reasoning_streaming") {
        thinking.hidden = false;
        thought.append(shown(event.content));
        reasonings.set(run, event.accumulated_reasoning ?? thought.textContent);
      } else if (event.type === "tool_call_ready") node.append(callNode(event.tool_call));
      else if (["run_ended", "run_failed", "run_cancelled", "tool_submit_required"].includes(event.type)) ended = true;
      if (low) messages.scrollTop = messages.scrollHeight;
    }
    if (!ended) throw new ApiError("The stream broke off; what is stored is shown.");
  } finally {
    busy(false);
    state.streaming = null;
    if (state.thread?.thread_id === thread) await reload();
  }
}

function busy(is) {
  at("send").disabled = is;
  at("cancel").hidden = !is;
}

const cancel = (run) => request("POST", `threads/${state.thread.thread_id}/runs/${run}/cancel`);

// ---- the key, and the start

function askForKey(error = "") {
  at("key-error").textContent = error;
  if (!at("key-dialog").open) at("key-dialog").showModal();
}

async function start() {
  if (!sessionStorage.getItem(KEY)) return askForKey();
  await loadAssistants();
  await loadThreads();
  if (location.hash.length > 1) await openThread(location.hash.slice(1));
}

at("key-dialog").querySelector("form").onsubmit = guarded(async () => {
  sessionStorage.setItem(KEY, at("key").value.trim());
  at("key").value = "";
  at("key-dialog").close();
  await start();
});
document.addEventListener("unauthorized", () => askForKey("This key opens no account here."));
at("key-dialog").oncancel = (event) => event.preventDefault();
at("forget").onclick = () => { sessionStorage.removeItem(KEY); location.hash = ""; location.reload(); };
at("search").oninput = showLists;
at("more").onclick = guarded(() => loadThreads(true));
at("add-assistant").onclick = () => at("name-dialog").showModal();
at("name-dialog").querySelector("form").onsubmit = guarded(async () => {
  const made = await json("POST", "assistants", { name: at("name").value });
  at("name").value = "";
  at("name-dialog").close();
  await loadAssistants();
  await chooseAssistant(made.assistant_id);
});
at("add-thread").onclick = guarded(async () => {
  const made = await json("POST", `assistants/${state.assistant ?? state.assistants[0].assistant_id}/threads`, {});
  await openThread(made.thread_id);
  await loadThreads();
});
at("back").onclick = () => document.body.classList.remove("reading");
at("composer").onsubmit = guarded(send);
at("content").onkeydown = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("composer").requestSubmit();
};
at("cancel").onclick = guarded(() => cancel(state.streaming));
at("copy-send").onclick = () =>
  showText("curl", curl("POST", `threads/${state.thread.thread_id}/messages`, { content: at("content").value || "Hello" }));
at("copy").onclick = guarded(async () => {
  await navigator.clipboard.writeText(at("text").textContent);
  at("copy").textContent = "Copied";
});

guarded(start)();
