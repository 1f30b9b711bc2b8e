// A table that is looked up page by page, and again and again as long as it is short enough to come in one answer.
//
// columns: [{ label, class }]; row(item): cells in their order; path, form: where it is asked for, and for which; itemsOf(body).
import { get } from "./api.js";
import { becomeChildren, becomeRows, faultLine, h, labelled } from "./dom.js";
import { texts } from "./texts.js";

const pageSize = 50;
const mostAtOnce = 200; // of the API

// On narrow screens each row is a card, whose cells say what they are; the roles keep it a table for screen readers.
export function table({ caption, columns, isCaptionHidden }) {
  const heads = columns.map(({ label, class: style }) => h("th", { scope: "col", role: "columnheader", class: style }, label));
  const body = h("tbody", { role: "rowgroup" });
  const node = h(
    "table",
    { role: "table" },
    h("caption", { class: isCaptionHidden ? "unseen" : undefined }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
    body,
  );
  return { node, body };
}

// A cell of several pieces is one beside what it says it is.
const piece = (cell) => (Array.isArray(cell) ? h("span", {}, cell) : cell);

export function tableRow(columns, cells) {
  return h(
    "tr",
    { role: "row" },
    columns.map(({ label, class: style }, at) => h("td", { role: "cell", class: style, "data-label": label }, piece(cells[at]))),
  );
}

const wishOf = (form) => Object.fromEntries(new FormData(form));

// isStill: it is looked up when somebody wants it, and not by itself.
export function list({ caption, columns, path, form, itemsOf, keyOf, row, none, noneFits, isStill = false, onBody = () => {} }) {
  const { node: shown, body } = table({ caption, columns, isCaptionHidden: true });
  const empty = h("p", { class: "empty" }, texts.loading);
  const more = h("button", { type: "button", hidden: true, on: { click: () => showMore() } }, texts.more);
  const again = h("button", { type: "button", hidden: true, on: { click: () => startAnew() } }, texts.lookAgain);
  const fault = faultLine();
  const node = h("div", { class: "list" }, shown, empty, fault.node, h("div", { class: "buttons" }, more, again));
  let items = [];
  let cursor;
  let wanted = pageSize;
  let life = 0;
  let isAdding = false; // what is looked up meanwhile would take the place of what was asked for

  const isFiltered = () => Object.values(wishOf(form)).some((value) => value !== "");

  function render() {
    becomeRows(body, items, keyOf, (item) => tableRow(columns, row(item)));
    shown.hidden = items.length === 0;
    empty.hidden = items.length > 0;
    becomeChildren(empty, isFiltered() ? noneFits : none);
    more.hidden = cursor === undefined;
    again.hidden = !isStill && wanted <= mostAtOnce;
  }

  async function ask(limit, from) {
    const mine = ++life;
    const answer = await get(path, { ...wishOf(form), limit, cursor: from });
    if (mine !== life) return undefined;
    cursor = answer.next_cursor;
    return answer;
  }

  // What is shown, in one answer. A longer list stays as it is, until somebody wants it anew.
  async function look() {
    if (wanted > mostAtOnce || isAdding) return;
    const answer = await ask(wanted);
    if (!answer) return;
    items = itemsOf(answer);
    onBody(answer);
    render();
  }

  async function showMore() {
    const from = cursor;
    fault.say("");
    isAdding = true;
    try {
      const answer = await ask(pageSize * 2, from);
      if (!answer) return;
      items = items.concat(itemsOf(answer));
      wanted = items.length;
      render();
    } catch (error) {
      fault.say(error.message);
    } finally {
      isAdding = false;
    }
  }

  async function startAnew() {
    wanted = pageSize;
    await look();
  }

  return { node, look };
}

// A form over a list: { name, label, options: [[value, words]] } each. The address keeps what was asked for.
export function filters({ fields, given, change, extra }) {
  const inputs = fields.map(({ name, label, options }) => {
    const value = given.get(name) ?? "";
    const input = options
      ? h("select", { name }, [["", texts.any], ...options].map(([key, words]) => h("option", { value: key, selected: key === value }, words)))
      : h("input", { name, value, autocomplete: "off", spellcheck: "false" });
    if (options) input.addEventListener("change", () => form.requestSubmit());
    return labelled(label, input);
  });
  const submit = (event) => {
    event.preventDefault();
    change(wishOf(form));
  };
  const form = h("form", { class: "filters", role: "search", on: { submit } }, inputs, h("button", { type: "submit" }, texts.show), extra);
  return form;
}
