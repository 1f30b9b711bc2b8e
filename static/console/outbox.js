// What back-ends have still to be told, how long they have not answered, and what was given up.
import { post } from "./api.js";
import { amountBar } from "./charts.js";
import { confirmDrop } from "./dialogs.js";
import { becomeChildren, becomeRows, h } from "./dom.js";
import { number, until } from "./format.js";
import { filters, list } from "./list.js";
import { placeOfLogout, when } from "./logouts.js";
import { texts } from "./texts.js";

const say = texts.outbox;

const mostUncounted = 100; // rounds

export function outboxPage({ go, mayChange, tell, look: lookNow }, parameters) {
  const underWay = new Map(); // by wish, what its button says: the list that is looked up meanwhile shows it, too
  const retry = async (wish, key, words, button) => {
    const become = (shown, isUnderWay) => {
      if (isUnderWay) underWay.set(key, shown);
      else underWay.delete(key);
      becomeChildren(button, shown);
      button.disabled = isUnderWay;
    };
    become(words, true);
    await tell(async () => {
      let done = 0;
      let most; // what is given up again meanwhile is not tried without end
      for (let round = 1; ; round += 1) {
        const { retried, more, left } = await post("/api/outbox/retry", wish);
        done += retried;
        if (left !== undefined) most ??= done + left;
        const isAll = most === undefined ? round >= mostUncounted : done >= most;
        if (!more || retried === 0 || isAll) return say.retried(done);
        become(say.retrying(done, most ?? done), true);
      }
    });
    become(words, false);
    if (document.activeElement === document.body) button.focus(); // which one that cannot be pressed has lost
    lookNow();
  };
  const retryButton = (wish, words, attributes) => {
    const key = JSON.stringify(wish);
    const click = (event) => retry(wish, key, words, event.currentTarget);
    return h("button", { type: "button", disabled: underWay.has(key), ...attributes, on: { click } }, underWay.get(key) ?? words);
  };
  const small = (label) => ({ class: "small", "aria-label": label });

  const columns = [
    { label: say.backEnd, class: "name" },
    { label: say.state },
    { label: say.attempts },
    { label: say.reason, class: "wide" },
    { label: say.began },
    { label: say.next },
    { label: say.logout },
  ];
  if (mayChange) columns.push({ label: say.actions, class: "actions" });

  const drop = (call) =>
    confirmDrop(call, () => {
      tell(async () => say.dropped);
      lookNow();
    });
  function actions(call) {
    if (call.state !== "dead") return texts.none;
    return h(
      "div",
      { class: "buttons" },
      retryButton({ id: call.id }, say.retry, small(say.retryOf(call.back_end))),
      h("button", { type: "button", ...small(say.dropOf(call.back_end)), on: { click: () => drop(call) } }, say.drop),
    );
  }

  const row = (call) => [
    call.back_end,
    h("span", { class: `mark outcome-${call.state}` }, say.states[call.state] ?? call.state),
    number(call.attempts),
    call.reason || texts.none,
    when(call.created),
    call.state === "dead" ? texts.none : until(call.due),
    h("a", { href: `#${placeOfLogout(call.logout_id)}` }, say.picture),
    actions(call),
  ];

  const depths = h("ul", { class: "cards tiles" });
  const quiet = h("p", { class: "quiet" }, texts.loading);
  function showDepths({ back_ends: backEnds }) {
    const waiting = backEnds.filter((one) => one.waiting > 0);
    const most = Math.max(...waiting.map((one) => one.waiting), 0);
    const tile = (one) =>
      h(
        "li",
        { class: "card" },
        h("h3", {}, one.back_end),
        h("p", { class: "value small" }, say.calls(one.waiting)),
        amountBar(one.waiting, most),
        h("p", { class: "quiet" }, say.oldest(one.oldest_seconds)),
        mayChange && retryButton({ back_end: one.back_end }, say.retryGivenUp, small(say.retryBackEnd(one.back_end))),
      );
    becomeRows(depths, waiting, (one) => one.back_end, tile);
    quiet.hidden = waiting.length > 0;
    quiet.textContent = say.noneWaiting;
  }

  const fields = [
    { name: "back_end", label: say.backEnd },
    { name: "state", label: say.state, options: Object.entries(say.states) },
  ];
  const all = mayChange && retryButton({ all: true }, say.retryAll, { class: "apart" });
  const form = filters({ fields, given: parameters, change: (wanted) => go("/outbox", wanted), extra: all });
  const shown = list({
    caption: say.caption,
    columns,
    path: "/api/outbox",
    form,
    itemsOf: ({ calls }) => calls,
    keyOf: ({ id }) => id,
    row,
    none: say.none,
    noneFits: say.noneFits,
    onBody: showDepths,
  });
  const node = h("div", {}, h("h2", {}, say.waiting), quiet, depths, h("h2", {}, say.caption), form, shown.node);
  return { title: texts.pages.outbox, node, look: shown.look, every: 2_000 };
}
