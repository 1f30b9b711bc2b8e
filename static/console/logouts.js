// All logouts, newest first, with what became of their calls.
import { piece } from "./api.js";
import { stackedBar } from "./charts.js";
import { h } from "./dom.js";
import { ago, clockTime, isoTime } from "./format.js";
import { filters, list } from "./list.js";
import { texts } from "./texts.js";

const say = texts.logouts;
const outcomes = ["confirmed", "pending", "unconfirmed", "refused", "dead"];

export const placeOfLogout = (id) => `/logouts/${piece(id)}`;
export const when = (unixSeconds) => h("time", { datetime: isoTime(unixSeconds), title: clockTime(unixSeconds) }, ago(unixSeconds));

function became(counts) {
  const known = outcomes.filter((outcome) => counts[outcome] > 0);
  if (known.length === 0) return h("span", { class: "quiet" }, say.noCalls);
  const parts = known.map((outcome) => ({ kind: outcome, amount: counts[outcome] }));
  return h("div", { class: "outcomes" }, stackedBar(parts), h("span", {}, known.map((outcome) => texts.outcomeCount(counts[outcome], outcome)).join(", ")));
}

const columns = [
  { label: say.when },
  { label: say.user, class: "name" },
  { label: say.cause, class: "name" },
  { label: say.backEnds, class: "wide" },
];

function row(logout) {
  const user = logout.user || say.nobody;
  return [
    when(logout.at),
    h("a", { href: `#${placeOfLogout(logout.id)}`, "aria-label": say.picture(user) }, user),
    [texts.causes[logout.cause] ?? logout.cause, logout.application ? ` (${logout.application})` : ""],
    became(logout.outcomes),
  ];
}

export function logoutsPage({ go }, parameters) {
  const fields = [
    { name: "user", label: say.user },
    { name: "cause", label: say.cause, options: Object.entries(texts.causes) },
    { name: "outcome", label: say.outcome, options: Object.entries(texts.outcomes) },
  ];
  const form = filters({ fields, given: parameters, change: (wanted) => go("/logouts", wanted) });
  const shown = list({
    caption: say.caption,
    columns,
    path: "/api/logouts",
    form,
    itemsOf: ({ logouts }) => logouts,
    keyOf: ({ id }) => id,
    row,
    none: say.none,
    noneFits: say.noneFits,
  });
  return { title: texts.pages.logouts, node: h("div", {}, form, shown.node), look: shown.look, every: 2_000 };
}
