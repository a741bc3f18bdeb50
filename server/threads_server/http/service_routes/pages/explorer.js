// The page: one more client of the API. Texts of others are only ever set as textContent.
import { callNode, contentNodes, counted, make, reasoningNode, shown, when } from "./nodes.js";
import { ApiError, KEY, curl, events, json, request } from "./api.js";

const PAGE = 100;
const SHOWN_MESSAGES = 200;

const at = (id) => document.getElementById(id);
const state = { assistants: [], threads: [], assistant: null, thread: null, run: null, shown: SHOWN_MESSAGES, streaming: null };
const reasonings = new Map(); // by run: it is streamed and not stored
const names = new Map(); // of assistants, also of those that are not in the list

// ---- what went wrong, and texts to copy

let noticeTimer;
function notice(error) {
  if (error.status === 401) {
    sessionStorage.removeItem(KEY);
    askForKey("This key opens no account here.");
    return;
  }
  at("notice").textContent = error instanceof ApiError ? error.message : `The server does not answer: ${error.message}`;
  at("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(hideNotice, 10_000);
}

const hideNotice = () => (at("notice").hidden = true);

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
  const chosen = state.assistants.find((one) => one.assistant_id === state.assistant) ?? null;
  showList("assistants", state.assistants
    .filter((one) => fits(one.name, one.description, one.assistant_id))
    .map((one) => entry(one.name, one.description ?? `since ${when(one.created_at)}`, one === chosen,
      () => chooseAssistant(one === chosen ? null : one.assistant_id))));
  showList("threads", state.threads
    .filter((one) => fits(one.title, one.first_user_message, one.thread_id, names.get(one.assistant_id)))
    .map((one) => entry(one.title ?? one.first_user_message ?? "(empty)",
      `${when(one.created_at)} · ${counted(one.message_count, "message")} · ${nameOf(one)}`,
      one.thread_id === state.thread?.thread_id, () => openThread(one.thread_id))));
  at("threads-of").textContent = chosen ? `Threads of ${shown(chosen.name)}` : "Threads";
  at("all-threads").hidden = chosen === null;
  at("add-thread").disabled = state.assistants.length === 0;
}

function showList(id, entries) {
  const loaded = at(`more-${id}`).hidden ? "" : " in what is loaded";
  const words = at("search").value.trim() ? `Nothing found${loaded}.` : "None yet.";
  at(id).replaceChildren(...entries.length ? entries : [make("li", { className: "quiet", textContent: words })]);
}

const nameOf = (thread) => names.get(thread.assistant_id) ?? thread.assistant_id;

async function loadAssistants(more = false) {
  const page = await json("GET", `assistants?limit=${PAGE}&skip=${more ? state.assistants.length : 0}`);
  state.assistants = more ? [...state.assistants, ...page] : page;
  for (const one of page) names.set(one.assistant_id, one.name);
  at("more-assistants").hidden = page.length < PAGE;
  showLists();
}

async function loadThreads(more = false) {
  const place = state.assistant ? `assistants/${state.assistant}/threads` : "threads";
  const skip = more ? state.threads.length : 0;
  const page = await json("GET", `${place}?include_messages=false&limit=${PAGE}&skip=${skip}`);
  await learnNames(page);
  state.threads = more ? [...state.threads, ...page] : page;
  at("more-threads").hidden = page.length < PAGE;
  showLists();
}

// A thread can belong to an assistant that is not loaded, or is deleted meanwhile.
async function learnNames(threads) {
  const unknown = [...new Set(threads.map((one) => one.assistant_id))].filter((id) => !names.has(id));
  const found = await Promise.allSettled(unknown.map((id) => json("GET", `assistants/${id}`)));
  for (const one of found) if (one.value) names.set(one.value.assistant_id, one.value.name);
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
  at("empty").textContent = "The list has its threads. New begins another one.";
  const texts = { description: assistant.description, "system prompt": assistant.system_prompt };
  at("messages").replaceChildren(...Object.entries(texts).filter(([, text]) => text).map(([name, text]) =>
    make("article", {}, make("header", {}, make("b", { textContent: name })), ...contentNodes(text))));
  at("messages").hidden = at("messages").childElementCount === 0;
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
  const thread = await json("GET", `threads/${id}`);
  await learnNames([thread]);
  state.thread = thread;
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
  for (const id of ["head", "composer", "messages"]) at(id).hidden = thread === null;
  at("empty").hidden = thread !== null;
  const newest = state.assistants[0];
  at("empty").textContent = newest
    ? `Choose a thread, or begin a new one, with ${shown(newest.name)} unless you choose another assistant.`
    : "Make an assistant, then a thread with it.";
  if (thread === null) {
    at("messages").replaceChildren();
    return;
  }
  const messages = thread.messages ?? [];
  const path = `threads/${thread.thread_id}`;
  at("title").textContent = shown(thread.title ?? messages[0]?.content?.slice(0, 200) ?? "(empty)");
  at("facts").textContent = `${shown(nameOf(thread))} · ${counted(messages.length, "message")} · ${thread.thread_id}`;
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
  const earlier = hidden === 0 ? [] : [button(`Show ${counted(hidden, "earlier message")}`, () => { state.shown = Infinity; showThread(); })];
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
    node.append(make("ul", {}, ...one.attachments.map((file) => make("li", { textContent: shown(`${file.filename}, ${counted(file.file_size_bytes, "byte")}`) }))));
  }
  const calls = metadata.tool_calls ?? [];
  if (calls.length && last && one.status === "REQUIRES_ACTION") node.append(outputsForm(metadata.run_id, calls));
  else node.append(...calls.map(callNode));
  return node;
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
  if (!(body instanceof FormData) && !body.content.trim()) return;
  const content = at("content").value;
  const sent = message({ role: "user", content, created_at: new Date().toISOString(), status: "COMPLETED" }, false);
  if (!state.thread.messages?.length) at("title").textContent = shown(content.slice(0, 200));
  at("messages").append(sent);
  at("content").value = at("files").value = "";
  try {
    await stream("POST", `threads/${state.thread.thread_id}/messages`, body);
  } catch (error) {
    at("content").value ||= content;
    if (sent.isConnected) sent.append(make("p", { className: "error", textContent: "Whether this was stored is not known." }));
    throw error;
  }
}

async function stream(method, path, body) {
  const thread = state.thread.thread_id;
  const messages = at("messages");
  const content = make("div", { className: "content", dir: "auto" });
  const thought = make("div", { className: "content", dir: "auto" });
  const thinking = make("details", { open: true, hidden: true }, make("summary", { textContent: "Reasoning" }), thought);
  const mark = make("span", { textContent: "…" });
  const node = make("article", { className: "assistant" }, make("header", {}, make("b", { textContent: "assistant" }), mark), thinking, content);
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
    if (!ended) mark.textContent = "broken off";
    busy(false);
    state.streaming = null;
    if (state.thread?.thread_id === thread) await reload();
  }
}

function busy(is) {
  at("send").disabled = is;
  if (!is && document.activeElement === at("cancel")) at("content").focus();
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
  hideNotice();
  await loadAssistants();
  showThread();
  await loadThreads();
  if (location.hash.length > 1) await openThread(location.hash.slice(1));
}

at("key-dialog").querySelector("form").onsubmit = guarded(async () => {
  sessionStorage.setItem(KEY, at("key").value.trim());
  at("key").value = "";
  at("key-dialog").close();
  await start();
});
at("key-dialog").oncancel = (event) => event.preventDefault();
at("forget").onclick = () => { sessionStorage.removeItem(KEY); location.hash = ""; location.reload(); };
at("search").oninput = showLists;
at("more-assistants").onclick = guarded(() => loadAssistants(true));
at("more-threads").onclick = guarded(() => loadThreads(true));
at("all-threads").onclick = guarded(() => chooseAssistant(null));
at("notice").onclick = hideNotice;
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
  showText("curl", curl("POST", `threads/${state.thread.thread_id}/messages`, sendBody()));
at("copy").onclick = guarded(async () => {
  await navigator.clipboard.writeText(at("text").textContent);
  at("copy").textContent = "Copied";
});

guarded(start)();
