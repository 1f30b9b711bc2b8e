// What is in force and where it comes from, what `check` says of it, and what is logged.
import { get, post, put } from "./api.js";
import { becomeChildren, becomeRows, h, labelled } from "./dom.js";
import { table, tableRow } from "./list.js";
import { texts } from "./texts.js";

const say = texts.configuration;

const columns = [{ label: say.variable, class: "name" }, { label: say.value, class: "wide" }, { label: say.source }];

function shownValue(value) {
  if (value === null || value === "") return h("span", { class: "quiet" }, value === "" ? say.empty : say.unset);
  return h("code", {}, value);
}

const issueItem = (issue) =>
  h(
    "li",
    { class: issue.severity === "error" ? "error" : "warning" },
    h("strong", {}, `${say.severities[issue.severity] ?? issue.severity}: `),
    h("code", {}, say.place(issue)),
    ` ${say.issue(issue.found, issue.expected)}`,
    issue.hint ? h("span", { class: "quiet" }, ` ${issue.hint}`) : "",
  );

function issueList(check) {
  const issues = check?.issues ?? [];
  return issues.length > 0 ? h("ul", { class: "problems" }, issues.map(issueItem)) : h("p", { class: "well" }, say.noIssues);
}

function reloadView() {
  const act = async () => {
    button.disabled = true;
    becomeChildren(button, say.reloading);
    try {
      const done = await post("/api/reload");
      const outcome = done.reloaded ? say.reloaded : done.reason ? `${say.failed} ${done.reason}` : say.refused;
      const restart = done.needs_restart?.length > 0 && h("p", {}, `${say.needsRestart}: ${done.needs_restart.join(", ")}`);
      outcomes.replaceChildren(h("p", { class: done.reloaded ? "well" : "problem" }, outcome), issueList(done.check), restart || "");
    } catch (error) {
      outcomes.replaceChildren(h("p", { class: "problem" }, error.message));
    }
    becomeChildren(button, say.reload);
    button.disabled = false;
  };
  const button = h("button", { type: "button", on: { click: act } }, say.reload);
  const outcomes = h("div", { role: "status" });
  return h("div", {}, h("p", {}, button), outcomes);
}

function loggingView({ mayChange, tell }) {
  const now = h("div", {});
  const level = h("select", { name: "level" }, Object.entries(say.levels).map(([value, words]) => h("option", { value }, words)));
  const event = h("input", { name: "event", maxlength: 100, autocomplete: "off", placeholder: say.eventHint });
  const minutes = h("input", { name: "minutes", type: "number", min: 1, max: 60, value: 5, required: true });
  const submit = async (submitted) => {
    submitted.preventDefault();
    const wish = { level: level.value, minutes: Number(minutes.value) };
    if (event.value.trim()) wish.event = event.value.trim();
    await tell(async () => {
      show(await put("/api/log-level", wish));
      return say.levelSet;
    });
  };
  const form = h("form", { class: "filters", on: { submit } }, labelled(say.level, level), labelled(say.event, event), labelled(say.minutes, minutes), h("button", { type: "submit" }, say.setLevel));
  function show(body) {
    const events = Object.entries(body.events).map(([name, itsLevel]) => h("li", {}, say.ofEvent(name, itsLevel)));
    becomeChildren(now, h("p", {}, say.now(body.level)), events.length > 0 ? h("ul", {}, events) : "");
  }
  return { node: h("section", {}, h("h2", {}, say.logging), now, mayChange && form), show };
}

export function configurationPage(app) {
  const directory = h("p", { class: "quiet" }, texts.loading);
  const issues = h("div", {});
  const variables = table({ caption: say.variables, columns, isCaptionHidden: true });
  const descriptor = h("pre", { tabindex: 0, "aria-label": say.descriptor });
  const logging = loggingView(app);
  async function look() {
    const [effective, levels] = await Promise.all([get("/api/config"), get("/api/log-level")]);
    becomeChildren(directory, say.directory(effective.directory));
    becomeChildren(issues, issueList(effective.check));
    becomeRows(variables.body, effective.variables, ({ name }) => name, ({ name, value, source }) => tableRow(columns, [h("code", {}, name), shownValue(value), source]));
    becomeChildren(descriptor, JSON.stringify(effective.descriptor, null, 2));
    logging.show(levels);
  }
  const node = h(
    "div",
    {},
    directory,
    h("h2", {}, say.issues),
    issues,
    app.mayChange && reloadView(),
    logging.node,
    h("h2", {}, say.variables),
    variables.node,
    h("h2", {}, say.descriptor),
    descriptor,
  );
  return { title: texts.pages.configuration, node, look, every: 5_000 };
}
