// What is wrong, in words; what goes on, in figures with their last minutes; a tile for each back-end.
import { sparkline } from "./charts.js";
import { becomeChildren, becomeRows, h } from "./dom.js";
import { clockTime, milliseconds, number } from "./format.js";
import { longestWindow } from "./live.js";
import { texts } from "./texts.js";

const say = texts.overview;

// name, the points' members that are drawn (the first one in front), how they are written
const charts = {
  requests: { name: say.requests, picks: [(point) => point.requests], write: say.perSecond },
  latency: { name: say.latency, picks: [(point) => point.half, (point) => point.most], write: milliseconds },
  errors: { name: say.errors, picks: [(point) => point.errors], write: say.perSecond },
  sessions: { name: say.sessions, picks: [(point) => point.sessions], write: number },
  confirmed: { name: say.confirmed, picks: [(point) => point.confirmed], write: say.perSecond },
  waiting: { name: say.waiting, picks: [(point) => point.waiting], write: number },
};

function drawn({ name, picks, write }, points) {
  if (points.length < 2) return h("div", { class: "spark" });
  const highest = Math.max(...points.flatMap((point) => picks.map((pick) => pick(point) ?? 0)));
  const now = picks[0](points.at(-1));
  const seconds = points.at(-1).at - points[0].at;
  return sparkline(points, picks, say.spark(name, write(now ?? 0), write(highest), seconds));
}

function card(key, points, value, more) {
  return h(
    "li",
    { class: "card", "data-figure": key },
    h("h3", {}, charts[key].name),
    h("p", { class: "value" }, value),
    drawn(charts[key], points),
    h("p", { class: "quiet" }, more),
  );
}

function cards({ requests, sessions, logouts, isAsked, window_seconds: window }, points) {
  const since = isAsked || window > longestWindow ? `, ${say.sinceStart}` : "";
  return [
    card("requests", points, say.perSecond(requests.per_second), say.inAll(requests.total)),
    card("latency", points, milliseconds(requests.p50_ms), `${say.most(requests.p99_ms)}${since}`),
    card("errors", points, say.perSecond(requests.server_errors_per_second ?? 0), `${say.inAll(requests.server_errors)}, ${say.clientErrors(requests.client_errors)}`),
    card("sessions", points, number(sessions.users), `${say.anonymous(sessions.anonymous)}; ${say.created(sessions.created, sessions.over)}`),
    card(
      "confirmed",
      points,
      say.perSecond(logouts.confirmed_per_second),
      `${say.inAll(logouts.calls.confirmed ?? 0)}, ${logouts.calls.dead > 0 ? say.givenUp(logouts.calls.dead) : say.noneGivenUp}`,
    ),
    card("waiting", points, number(logouts.waiting), logouts.waiting > 0 ? say.oldest(logouts.oldest_seconds) : say.noneWaiting),
  ];
}

function tile(backEnd) {
  return h(
    "li",
    { class: "card" },
    h("h3", {}, backEnd.name),
    h("p", { class: "value small" }, say.perSecond(backEnd.per_second)),
    h("p", { class: "quiet" }, backEnd.p50_ms === null ? say.idle : `${say.half(backEnd.p50_ms)}, ${say.most(backEnd.p99_ms)}`),
    h("p", { class: backEnd.error_share > 0 ? "wrong" : "quiet" }, say.errorShare(backEnd.error_share)),
    h("p", { class: "quiet" }, say.places(backEnd)),
    h("p", { class: "quiet" }, say.asked(backEnd.requests, backEnd.faults)),
  );
}

function problems(list) {
  if (list.length === 0) return h("p", { class: "well" }, h("span", { "aria-hidden": "true" }, "✓ "), say.allIsWell);
  return h("ul", { class: "problems", "aria-label": say.problems }, list.map((text) => h("li", {}, text)));
}

export function overviewPage({ live }) {
  const wrong = h("div", { role: "status" }, h("p", { class: "quiet" }, texts.loading));
  const figures = h("ul", { class: "cards figures" });
  const tiles = h("ul", { class: "cards tiles" });
  const connections = h("p", { class: "quiet" });
  const runs = h("p", { class: "quiet" });

  function show() {
    const now = live.latest;
    if (!now) return;
    const isOld = live.state === "away";
    becomeChildren(wrong, problems(isOld ? [texts.live.old(clockTime(now.at))] : now.problems));
    becomeChildren(figures, cards(now, live.points));
    becomeRows(tiles, now.back_ends, ({ name }) => name, tile);
    const seconds = live.points.length > 1 ? live.points.at(-1).at - live.points[0].at : 0;
    becomeChildren(connections, now.back_ends.length > 0 ? say.connections(now.connections) : say.noBackEnds);
    becomeChildren(runs, say.runsFor(now.uptime_seconds), seconds > 0 ? ` ${say.over(seconds)}` : "");
  }
  show();
  const leave = live.listen(show);
  const node = h("div", {}, wrong, h("h2", { class: "unseen" }, say.figures), figures, h("h2", {}, say.backEnds), connections, tiles, runs);
  return { title: texts.pages.overview, node, leave };
}
