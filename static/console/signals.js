// Streams of signals, as this replica has seen them: who tells it that sessions end, and whom it tells.
import { get } from "./api.js";
import { becomeRows, h } from "./dom.js";
import { ago, clockTime, milliseconds, number } from "./format.js";
import { table, tableRow } from "./list.js";
import { texts } from "./texts.js";

const say = texts.signals;

const told = [
  { label: say.issuer, class: "wide" },
  { label: say.delivery },
  { label: say.state, class: "name" },
  { label: say.taken },
  { label: say.refused },
  { label: say.lastEvent },
  { label: say.lag },
  { label: say.verified },
];
const telling = [{ label: say.audience, class: "name" }, { label: say.delivery }, { label: say.waiting }];

const when = (unixSeconds) => (unixSeconds ? h("span", { title: clockTime(unixSeconds) }, ago(unixSeconds)) : texts.none);

function stateOf({ fault, status, polled_here: isPolledHere }) {
  if (fault) return h("span", { class: "mark outcome-refused" }, say.cannotPoll(fault));
  if (status && status !== "enabled") return h("span", { class: "mark outcome-unconfirmed" }, say.told(status));
  if (isPolledHere === false) return say.elsewhere;
  return h("span", { class: "mark outcome-confirmed" }, say.well);
}

const transmitterRow = (one) => [
  one.issuer,
  say.deliveries[one.delivery] ?? one.delivery,
  stateOf(one),
  number(one.taken),
  number(one.refused),
  one.last_at ? [one.last_event, ", ", when(one.last_at)] : texts.none,
  milliseconds(one.lag_ms),
  when(one.verified_at),
];
const subscriberRow = (one) => [one.audience, say.deliveries[one.delivery] ?? one.delivery, number(one.waiting)];

function part(caption, columns, row, keyOf, none) {
  const { node, body } = table({ caption, columns });
  const empty = h("p", { class: "empty" }, texts.loading);
  const show = (items) => {
    becomeRows(body, items, keyOf, (item) => tableRow(columns, row(item)));
    node.hidden = items.length === 0;
    empty.hidden = items.length > 0;
    empty.textContent = none;
  };
  return { node: h("section", {}, node, empty), show };
}

export function signalsPage() {
  const transmitters = part(say.transmitters, told, transmitterRow, ({ issuer }) => issuer, say.noTransmitters);
  const subscribers = part(say.subscribers, telling, subscriberRow, ({ audience }) => audience, say.noSubscribers);
  async function look() {
    const body = await get("/api/signals");
    transmitters.show(body.transmitters);
    subscribers.show(body.subscribers);
  }
  return { title: texts.pages.signals, node: h("div", {}, transmitters.node, subscribers.node), look, every: 2_000 };
}
