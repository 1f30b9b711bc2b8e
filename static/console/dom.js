// Elements from texts and attributes, never from markup: whatever a user, a back-end or a descriptor calls itself stays text.
const drawing = "http://www.w3.org/2000/svg";

function put(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "href" && !String(value).startsWith("#")) throw new Error("links stay in the console");
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  const isThere = (child) => child !== undefined && child !== null && child !== false;
  element.append(...children.flat(Infinity).filter(isThere));
  return element;
}

// h("a", { href: "#/outbox", on: { click } }, "Outbox")
export const h = (tag, attributes = {}, ...children) => put(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => put(document.createElementNS(drawing, tag), attributes, children);

const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";

function replace(shown, wanted) {
  const places = shown.contains(document.activeElement) ? [...shown.querySelectorAll(focusable)] : [];
  const place = places.indexOf(document.activeElement);
  shown.replaceWith(wanted);
  if (place >= 0) wanted.querySelectorAll(focusable)[place]?.focus();
}

// What a person has opened stays open.
function takeAttributes(shown, wanted) {
  for (const { name } of [...shown.attributes]) {
    if (!wanted.hasAttribute(name) && name !== "open") shown.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}

// Makes what is shown what is wanted, piece by piece: what is equal stays, and with it the focus, and nothing is read out
// twice. Listeners stay those of the first one: they may know of an item nothing but its key.
function become(shown, wanted) {
  if (shown.isEqualNode(wanted)) return;
  if (shown.nodeName !== wanted.nodeName) return replace(shown, wanted);
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    shown.data = wanted.data;
    return;
  }
  takeAttributes(shown, wanted);
  const pieces = [...wanted.childNodes];
  pieces.forEach((piece, at) => {
    if (shown.childNodes[at]) become(shown.childNodes[at], piece);
    else shown.append(piece);
  });
  while (shown.childNodes.length > pieces.length) shown.lastChild.remove();
}

export function becomeChildren(shown, ...children) {
  become(shown, put(shown.cloneNode(false), {}, children));
}

export const labelled = (label, input, style) => h("label", { class: style }, h("span", {}, label), input);

// A line for what went wrong: say("") takes it away.
export function faultLine() {
  const node = h("p", { class: "problem", role: "alert", hidden: true });
  function say(text) {
    becomeChildren(node, text);
    node.hidden = text === "";
  }
  return { node, say };
}

// One row per item; `make(item)` makes it. Of items with one key only the first is shown.
export function becomeRows(body, items, keyOf, make) {
  const wanted = new Map();
  for (const item of items) if (!wanted.has(String(keyOf(item)))) wanted.set(String(keyOf(item)), item);
  for (const row of [...body.children]) if (!wanted.has(row.dataset.key)) row.remove();
  const known = new Map([...body.children].map((row) => [row.dataset.key, row]));
  [...wanted].forEach(([key, item], at) => {
    const fresh = make(item);
    fresh.dataset.key = key;
    const row = known.get(key);
    if (row) become(row, fresh);
    const placed = row ?? fresh;
    if (body.children[at] !== placed) body.insertBefore(placed, body.children[at] ?? null);
  });
}
