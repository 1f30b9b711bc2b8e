// Who is signed in, what each session holds (never a value), and how to end some.
import { askWhatToEnd } from "./dialogs.js";
import { h } from "./dom.js";
import { duration } from "./format.js";
import { filters, list } from "./list.js";
import { placeOfLogout, when } from "./logouts.js";
import { texts } from "./texts.js";

const say = texts.sessions;

function holds({ holds: { tokens, cookies, services }, ended_applications: ended }) {
  const parts = [
    ...tokens.map((name) => say.tokens[name] ?? name),
    ...Object.entries(cookies).map(([destination, amount]) => say.cookies(amount, destination)),
    ...services.map(say.service),
  ];
  if (ended?.length > 0) parts.push(say.ended(ended.join(", ")));
  return parts.join(", ") || texts.none;
}

const nameOf = (session) => (session.kind === "anonymous" ? say.anonymous : session.user || texts.logouts.nobody);

export function sessionsPage({ go, mayChange }, parameters) {
  const end = (session) => askWhatToEnd(session, (id) => go(placeOfLogout(id)));
  const columns = [
    { label: say.user, class: "name" },
    { label: say.tenant, class: "name" },
    { label: say.provider, class: "name" },
    { label: say.session },
    { label: say.inTheLog },
    { label: say.began },
    { label: say.unused },
    { label: say.endsIn },
    { label: say.holds, class: "wide" },
  ];
  if (mayChange) columns.push({ label: say.actions, class: "actions" });

  function row(session) {
    const label = say.endOf(nameOf(session), session.fingerprint);
    return [
      nameOf(session),
      session.tenant || texts.none,
      session.provider || texts.none,
      h("code", {}, session.fingerprint),
      session.user_fingerprint ? h("code", {}, session.user_fingerprint) : texts.none,
      when(session.created),
      session.unused_seconds === undefined ? texts.none : duration(session.unused_seconds),
      session.ends_in_seconds === undefined ? texts.none : duration(session.ends_in_seconds),
      holds(session),
      h("button", { type: "button", class: "small", "aria-label": label, on: { click: () => end(session) } }, say.end),
    ];
  }

  const fields = [
    { name: "user", label: say.user },
    { name: "tenant", label: say.tenant },
    { name: "provider", label: say.provider },
    { name: "destination", label: say.destination },
  ];
  const endAll = mayChange && h("button", { type: "button", class: "danger apart", on: { click: () => end(null) } }, say.endAll);
  const form = filters({ fields, given: parameters, change: (wanted) => go("/sessions", wanted), extra: endAll });
  // the store has to look through all of them, unless it is told whose
  const isStill = !parameters.get("user") && !parameters.get("tenant");
  const shown = list({
    caption: say.caption,
    columns,
    path: "/api/sessions",
    form,
    itemsOf: ({ sessions }) => sessions,
    keyOf: ({ fingerprint }) => fingerprint,
    row,
    none: say.none,
    noneFits: say.noneFits,
    isStill,
  });
  return { title: texts.pages.sessions, node: h("div", {}, form, shown.node), look: shown.look, every: isStill ? undefined : 3_000 };
}
