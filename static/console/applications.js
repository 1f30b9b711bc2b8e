// Applications of the HTML5 repository that requests have asked for, and how old what is known of them is.
import { piece, remove } from "./api.js";
import { confirmForget } from "./dialogs.js";
import { h } from "./dom.js";
import { duration } from "./format.js";
import { filters, list } from "./list.js";
import { texts } from "./texts.js";

const say = texts.applications;
const signs = { kept: "confirmed", stale: "unconfirmed", absent: "none", faulty: "refused" };

export function applicationsPage({ go, mayChange, tell, look: lookNow }, parameters) {
  const columns = [
    { label: say.name, class: "name" },
    { label: say.version },
    { label: say.path, class: "name" },
    { label: say.tenant, class: "name" },
    { label: say.state },
    { label: say.asked },
  ];
  if (mayChange) columns.push({ label: say.actions, class: "actions" });

  function forget(application) {
    const act = async () => {
      await remove(`/api/applications/${piece(application.key)}`);
      tell(async () => say.forgotten);
      lookNow();
    };
    confirmForget(application, act);
  }

  const row = (application) => [
    application.name || texts.none,
    application.version || texts.none,
    h("code", {}, application.path),
    application.tenant || texts.none,
    h("span", { class: `mark outcome-${signs[application.state] ?? "none"}` }, say.states[application.state] ?? application.state),
    say.ago(duration(application.age_seconds)),
    h(
      "button",
      { type: "button", class: "small", "aria-label": say.forgetOf(application.path, application.tenant), on: { click: () => forget(application) } },
      say.forget,
    ),
  ];

  const fields = [
    { name: "tenant", label: say.tenant },
    { name: "name", label: say.name },
  ];
  const form = filters({ fields, given: parameters, change: (wanted) => go("/applications", wanted) });
  const unbound = h("p", { class: "quiet", hidden: true }, say.unbound);
  const shown = list({
    caption: say.caption,
    columns,
    path: "/api/applications",
    form,
    itemsOf: ({ applications }) => applications,
    keyOf: ({ key }) => key,
    row,
    none: say.none,
    noneFits: say.noneFits,
    onBody({ bound }) {
      unbound.hidden = bound;
      rest.hidden = !bound;
    },
  });
  const rest = h("div", {}, form, shown.node);
  return { title: texts.pages.applications, node: h("div", {}, unbound, rest), look: shown.look, every: 3_000 };
}
