// Texts of others as nodes: they are only ever set as textContent.
const SHOWN_CHARACTERS = 20_000; // of a message, until all of it is asked for

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

// Characters that turn the direction of others around, and could show a text as another one.
export const shown = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g,
  (one) => `\\u${one.charCodeAt(0).toString(16)}`);

export const when = (timestamp) => new Date(timestamp).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

export function contentNodes(text) {
  const node = make("div", { className: "content", dir: "auto", textContent: shown(text.slice(0, SHOWN_CHARACTERS)) });
  if (text.length <= SHOWN_CHARACTERS) return [node];
  const all = make("button", { type: "button", className: "all", textContent: `Show all ${text.length.toLocaleString()} characters` });
  all.onclick = () => { node.textContent = shown(text); all.remove(); };
  return [node, all];
}

export const reasoningNode = (text) =>
  make("details", {}, make("summary", { textContent: "Reasoning" }), make("div", { className: "content", dir: "auto", textContent: shown(text) }));

export function callNode(call) {
  let text = call.function.arguments;
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* shown as it came */ }
  return make("div", { className: "call" }, make("b", { className: "isolated", textContent: shown(`calls ${call.function.name}`) }), make("pre", { textContent: shown(text) }));
}
