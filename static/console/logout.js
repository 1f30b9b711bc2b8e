// One logout as a picture, live until its last back-end has confirmed or was given up; or how far an operator's ending of many
// sessions has come, by the same address.
import { get, piece, post } from "./api.js";
import { becomeChildren, h } from "./dom.js";
import { milliseconds, number } from "./format.js";
import { table, tableRow } from "./list.js";
import { placeOfLogout, when } from "./logouts.js";
import { picture } from "./picture.js";
import { texts } from "./texts.js";

const say = texts.logout;
const quickly = 500;
const slowly = 5_000;
const mostListed = 500;

const columns = [
  { label: say.call.backEnd, class: "name" },
  { label: say.call.outcome },
  { label: say.call.status },
  { label: say.call.attempts },
  { label: say.call.took },
  { label: say.call.address, class: "wide" },
  { label: say.call.fault, class: "wide" },
];

const mark = (outcome) => h("span", { class: `mark outcome-${outcome}` }, texts.outcomes[outcome] ?? outcome);

const callCells = (call) => [
  call.title || call.backEnd,
  mark(call.outcome),
  call.status ? String(call.status) : texts.none,
  number(call.attempts),
  call.attempts > 0 ? milliseconds(call.milliseconds) : texts.none,
  h("code", {}, `${call.method ?? ""} ${call.url ?? ""}`.trim() || texts.none),
  [call.fault, call.tokenWithheld && say.withheld].filter(Boolean).join("; ") || texts.none,
];

function stateOf(receipt) {
  const left = receipt.backEndsLeftOut ?? {};
  const sum = (counts) => Object.values(counts).reduce((all, amount) => all + amount, 0);
  const all = receipt.backEnds.length + sum(left);
  const amount = (outcome) => receipt.backEnds.filter((call) => call.outcome === outcome).length + (left[outcome] ?? 0);
  if (all === 0) return say.nobodyToTell;
  if (amount("pending") > 0) return say.progress(amount("pending"), all);
  return amount("confirmed") === all ? say.allConfirmed(all) : say.notAll(amount("confirmed"), all);
}

const isFinal = (receipt) =>
  receipt.complete && receipt.revocation !== "waiting" && receipt.providerSession !== "waiting" && !receipt.backEnds.some(({ outcome }) => outcome === "pending");

function beside(receipt) {
  const facts = [
    [say.provider, say.providers[receipt.provider] ?? receipt.provider],
    [say.revocation, say.tokens[receipt.revocation] ?? receipt.revocation],
    [say.providerSession, say.steps[receipt.providerSession] ?? receipt.providerSession],
    [say.connections, say.closed(receipt.connectionsClosed ?? 0)],
    [say.durable, say.durables[receipt.durable]],
    [say.receipt, h("code", {}, receipt.id)],
  ];
  return facts.filter(([, value]) => value !== undefined).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}

// Those in the outbox that belong to it; the API tries them again one by one. All are looked up first: a cursor counts, and what is
// tried again is no longer in the list.
async function retryAll(logoutId) {
  const ids = [];
  let cursor;
  do {
    const page = await get("/api/outbox", { state: "dead", limit: 200, cursor });
    for (const call of page.calls) if (call.logout_id === logoutId) ids.push(call.id);
    cursor = page.next_cursor;
  } while (cursor);
  let retried = 0;
  for (const id of ids) retried += await retryOne(id);
  return retried;
}

// 404: it is no longer there, somebody else was quicker.
async function retryOne(id) {
  try {
    return (await post("/api/outbox/retry", { id })).retried;
  } catch (error) {
    if (error.status === 404) return 0;
    throw error;
  }
}

function receiptView({ mayChange, tell }, id) {
  const state = h("p", { class: "state", role: "status" });
  const facts = h("p", { class: "quiet" });
  const frame = h("div", { class: "picture-frame" });
  const parts = h("dl", { class: "facts" });
  const calls = table({ caption: say.calls, columns });
  const left = h("p", { class: "quiet" });
  const retry = h("button", { type: "button", hidden: true, on: { click: () => tryAgain() } }, say.retry);
  const node = h(
    "div",
    {},
    h("div", { class: "lead" }, h("div", {}, state, facts), retry),
    frame,
    h("h2", {}, say.beside),
    parts,
    calls.node,
    left,
  );
  let last;

  async function tryAgain() {
    retry.disabled = true;
    await tell(async () => {
      const retried = await retryAll(id);
      return retried > 0 ? say.retried(retried) : say.nothingToRetry;
    });
    retry.disabled = false;
  }

  function draw() {
    const width = Math.max(Math.floor(frame.clientWidth), 280);
    if (last) becomeChildren(frame, picture(last, width, say.picture(last.user || texts.logouts.nobody, stateOf(last))));
  }

  function show(receipt) {
    last = receipt;
    becomeChildren(state, stateOf(receipt));
    becomeChildren(
      facts,
      `${say.cause(texts.causes[receipt.cause] ?? receipt.cause)}, `,
      when(receipt.at),
      ". ",
      receipt.application ? say.application(receipt.application) : "",
    );
    draw();
    becomeChildren(parts, beside(receipt));
    calls.node.hidden = receipt.backEnds.length === 0;
    const rows = receipt.backEnds.slice(0, mostListed).map((call) => tableRow(columns, callCells(call)));
    becomeChildren(calls.body, rows);
    const notListed = { ...receipt.backEndsLeftOut };
    for (const { outcome } of receipt.backEnds.slice(mostListed)) notListed[outcome] = (notListed[outcome] ?? 0) + 1;
    const counts = Object.entries(notListed).map(([outcome, amount]) => texts.outcomeCount(amount, outcome));
    left.hidden = counts.length === 0;
    becomeChildren(left, say.leftOut(counts.join(", ")));
    retry.hidden = !mayChange || !receipt.backEnds.some(({ outcome }) => outcome === "dead");
  }

  const watcher = new ResizeObserver(draw);
  watcher.observe(frame);
  return { node, show, leave: () => watcher.disconnect() };
}

function endingView() {
  const node = h("div", {});
  function show(ending) {
    const end = texts.ending;
    const most = Math.max(ending.matching, ending.ended, 1);
    becomeChildren(
      node,
      h(
        "div",
        { class: "card ending" },
        h("p", { class: "state", role: "status" }, end.state[ending.state] ?? ending.state),
        h("progress", { max: most, value: ending.state === "done" ? most : ending.ended, "aria-label": end.heading(ending.what) }),
        h("p", { class: "value small" }, end.progress(ending.ended, ending.matching, ending.more)),
        ending.reason ? h("p", { class: "problem" }, ending.reason) : "",
        h("p", { class: "quiet" }, ending.finished ? end.took(ending.finished - ending.started) : end.paced),
        ending.logout_id ? h("p", {}, h("a", { href: `#${placeOfLogout(ending.logout_id)}` }, end.first)) : "",
      ),
    );
  }
  return { node, show, leave: () => {} };
}

export function logoutPage(app, parameters, id) {
  const body = h("div", {}, h("p", { class: "quiet" }, texts.loading));
  const node = h("div", {}, h("p", { class: "back" }, h("a", { href: "#/logouts" }, say.back)), body);
  let view;
  async function look() {
    const found = await get(`/api/logouts/${piece(id)}`);
    const isEnding = found.backEnds === undefined;
    if (!view) {
      view = isEnding ? endingView() : receiptView(app, id);
      body.replaceChildren(view.node);
      page.rename(isEnding ? texts.ending.heading(found.what === "all" ? texts.ending.all : found.what) : say.heading(found.user || texts.logouts.nobody));
    }
    view.show(found);
    page.every = (isEnding ? found.state !== "running" : isFinal(found)) ? slowly : quickly;
  }
  const page = { title: say.page, node, look, every: quickly, leave: () => view?.leave() };
  return page;
}

// The newest one, of a user perhaps; waits until there is one.
export function newestLogoutPage({ go }, parameters) {
  const user = parameters.get("user") ?? "";
  const body = h("p", { role: "status" }, say.finding);
  async function look() {
    // a page may be empty, and others follow: the filter looks at so many at a time
    let found;
    let cursor;
    do {
      const page = await get("/api/logouts", { user, limit: 1, cursor });
      found = page.logouts[0];
      cursor = page.next_cursor;
    } while (!found && cursor);
    if (found) go(placeOfLogout(found.id), {}, true);
    else if (user) becomeChildren(body, say.noneOf(user));
  }
  return { title: say.page, node: body, look, every: 1_000 };
}
