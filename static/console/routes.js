// Routes with what came their way, and what a request would meet, step by step.
import { get, post } from "./api.js";
import { amountBar } from "./charts.js";
import { becomeChildren, becomeRows, faultLine, h, labelled } from "./dom.js";
import { milliseconds, number, words } from "./format.js";
import { table, tableRow } from "./list.js";
import { texts } from "./texts.js";

const say = texts.routes;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const columns = [
  { label: say.route },
  { label: say.source, class: "wide" },
  { label: say.leadsTo, class: "name" },
  { label: say.login },
  { label: say.hits, class: "wide" },
  { label: say.clientErrors },
  { label: say.serverErrors },
  { label: say.half },
  { label: say.most },
];

function cells(route, most) {
  const target = route.destination || route.service || route.localDir || texts.none;
  return [
    route.route,
    route.source ? h("code", {}, route.source) : h("span", { class: "quiet" }, say.unrouted),
    target,
    route.authenticationType || texts.none,
    h("div", { class: "outcomes" }, amountBar(route.hits, most), h("span", {}, number(route.hits))),
    number(route.client_errors),
    number(route.server_errors),
    milliseconds(route.p50_ms),
    milliseconds(route.p99_ms),
  ];
}

const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// Facts of any depth.
function facts(value) {
  if (Array.isArray(value)) return h("ul", {}, value.map((one) => h("li", {}, facts(one))));
  if (value === null || typeof value !== "object") return plain(value);
  const entry = ([name, fact]) => h("div", {}, h("dt", {}, words(name)), h("dd", {}, facts(fact)));
  return h("dl", { class: "facts" }, Object.entries(value).map(entry));
}

const step = (heading, body, kind) => h("li", { class: kind }, h("h4", {}, heading), h("div", {}, body));

function stepsOf(told) {
  const { request, origin, cors, answer, passedOver, logout, route, warnings, ...others } = told;
  const steps = [step(say.request, `${request ?? ""} ${origin ? `(${origin})` : ""}`)];
  if (cors) steps.push(step(say.cors, facts(cors)));
  for (const { route: name, because, ...more } of passedOver ?? []) {
    steps.push(step(say.passedOver(plain(name ?? "")), [h("p", {}, because ? say.because(because) : ""), facts(more)], "passed"));
  }
  if (logout) steps.push(step(say.logout, facts(logout)));
  if (route) steps.push(step(say.takes, facts(route)));
  for (const [name, value] of Object.entries(others)) steps.push(step(words(name), facts(value)));
  if (warnings) steps.push(step(say.warnings, facts(warnings)));
  steps.push(step(say.answer, facts(answer ?? texts.none), "last"));
  return steps;
}

function explainForm() {
  const method = h("select", { name: "method" }, methods.map((name) => h("option", { value: name }, name)));
  const url = h("input", { name: "url", required: true, value: "/", autocomplete: "off", spellcheck: "false", size: 40 });
  const fields = h("textarea", { name: "fields", rows: 2, placeholder: say.fieldsHint, spellcheck: "false" });
  const go = h("button", { type: "submit" }, say.act);
  const fault = faultLine();
  const heading = h("h3", { tabindex: -1, hidden: true }, say.steps);
  const steps = h("ol", { class: "steps" });

  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    becomeChildren(go, say.acting);
    const headers = fields.value.split("\n").map((line) => line.trim()).filter(Boolean);
    try {
      const told = await post("/api/explain", { method: method.value, url: url.value.trim(), headers });
      fault.say("");
      heading.hidden = false;
      steps.replaceChildren(...stepsOf(told));
      heading.focus();
    } catch (error) {
      fault.say(error.message);
      heading.hidden = true;
      steps.replaceChildren();
    }
    becomeChildren(go, say.act);
    go.disabled = false;
  }

  const form = h(
    "form",
    { class: "filters", on: { submit } },
    labelled(say.method, method),
    labelled(say.url, url, "grows"),
    labelled(say.fields, fields, "grows"),
    go,
  );
  return h("section", { "aria-labelledby": "explain" }, h("h2", { id: "explain" }, say.explain), form, fault.node, heading, steps);
}

export function routesPage() {
  const shown = table({ caption: say.caption, columns, isCaptionHidden: true });
  const empty = h("p", { class: "empty" }, texts.loading);
  async function look() {
    const { routes } = await get("/api/routes");
    const most = Math.max(...routes.map(({ hits }) => hits), 0);
    becomeRows(shown.body, routes, ({ route }) => route, (route) => tableRow(columns, cells(route, most)));
    empty.hidden = routes.length > 0;
    becomeChildren(empty, say.none);
  }
  const node = h("div", {}, explainForm(), h("h2", {}, texts.pages.routes), shown.node, empty);
  return { title: texts.pages.routes, node, look, every: 3_000 };
}
