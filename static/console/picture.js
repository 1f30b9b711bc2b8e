// A logout as a picture: user, sessions, the router, and an edge to each back-end that is told.
import { s } from "./dom.js";
import { texts } from "./texts.js";

const worstFirst = ["pending", "dead", "refused", "unconfirmed", "confirmed"];
const signs = { confirmed: "✓", pending: "⋯", unconfirmed: "?", refused: "✕", dead: "✕" };
const mostSessions = 6;
const mostBackEnds = 24;
const line = 20; // pixels from one line of text to the next
const pad = 12;
const between = 20; // boxes that stand
const branch = 66; // from one back-end to the next one, standing
const row = 58; // the same, lying

const outcomeOf = (calls) => worstFirst.find((outcome) => calls.some((call) => call.outcome === outcome)) ?? "pending";

function edgeWords(calls) {
  if (calls.length > 1) {
    const confirmed = calls.filter(({ outcome }) => outcome === "confirmed");
    const slowest = Math.max(...confirmed.map((call) => call.milliseconds), 0);
    const attempts = Math.max(...calls.map((call) => call.attempts));
    return texts.logout.edgeOfMany(confirmed.length, calls.length, slowest, attempts);
  }
  const [{ outcome, attempts, milliseconds }] = calls;
  if (outcome !== "pending") return texts.logout.edge(milliseconds, attempts);
  return attempts > 0 ? texts.logout.soFar(attempts) : texts.logout.beingTold;
}

// Those of one back-end together: with a hundred sessions there is still one edge to each.
function backEndsOf(receipt) {
  const groups = new Map();
  for (const call of receipt.backEnds) {
    if (!groups.has(call.backEnd)) groups.set(call.backEnd, []);
    groups.get(call.backEnd).push(call);
  }
  return [...groups].map(([name, calls]) => ({
    name: calls[0].title || name,
    outcome: outcomeOf(calls),
    edge: edgeWords(calls),
  }));
}

const measure = document.createElement("canvas").getContext("2d");

// As much of the text as has room.
function fitted(text, room, font) {
  measure.font = font;
  if (measure.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && measure.measureText(`${text.slice(0, length)}…`).width > room) length -= Math.ceil(length / 20);
  return `${text.slice(0, Math.max(length, 1))}…`;
}

const plain = "14px sans-serif";
const strong = "600 14px sans-serif";

// A box with lines of text; what is cut off is its tool tip.
function box({ x, y, width, height, lines, kind }) {
  const room = width - 2 * pad;
  const middle = y + height / 2 - ((lines.length - 1) * line) / 2;
  const words = lines.map((text, at) =>
    s(
      "text",
      { class: at === 0 && kind !== "sessions" ? "strong" : undefined, x: x + pad, y: middle + at * line, "dominant-baseline": "central" },
      fitted(text, room, at === 0 ? strong : plain),
    ),
  );
  return s("g", { class: `box ${kind}` }, s("title", {}, lines.join("\n")), s("rect", { x, y, width, height, rx: 8 }), words);
}

const sign = (outcome, x, y) =>
  s(
    "g",
    { class: `sign outcome-${outcome}` },
    s("circle", { cx: x, cy: y, r: 10 }),
    s("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central" }, signs[outcome] ?? "?"),
  );

function sessionLines(receipt) {
  const shown = receipt.sessions.slice(0, mostSessions);
  const left = receipt.sessions.length - shown.length + (receipt.sessionsLeftOut ?? 0);
  if (shown.length === 0) return [texts.logout.noSessions];
  return left > 0 ? [...shown, texts.logout.moreSessions(left)] : shown;
}

// Side by side.
function lying({ receipt, targets, left, width }) {
  const userWidth = 150;
  const hubWidth = 110;
  const gap = 44;
  const sessions = sessionLines(receipt);
  const rows = targets.length + (left > 0 ? 1 : 0);
  const height = Math.max(rows * row, sessions.length * line + 4 * pad, 90);
  const middle = height / 2;
  const sessionsX = 1 + userWidth + gap;
  const hubX = sessionsX + 150 + gap;
  const hubEnd = hubX + hubWidth;
  const boxWidth = Math.min(320, width - hubEnd - 250);
  const boxX = width - boxWidth - 1;
  const sessionsHeight = sessions.length * line + 2 * pad;
  const pieces = [
    s("path", { class: "edge trunk", d: `M${1 + userWidth} ${middle}H${sessionsX}` }),
    s("path", { class: "edge trunk", d: `M${sessionsX + 150} ${middle}H${hubX}` }),
    box({ x: 1, y: middle - 22, width: userWidth, height: 44, lines: [receipt.user || texts.logouts.nobody], kind: "user" }),
    box({ x: sessionsX, y: middle - sessionsHeight / 2, width: 150, height: sessionsHeight, lines: sessions, kind: "sessions" }),
  ];
  const bend = hubEnd + 70;
  targets.forEach((target, at) => {
    const y = (height - rows * row) / 2 + at * row + row / 2;
    const path = `M${hubEnd} ${middle}C${hubEnd + 45} ${middle} ${bend - 45} ${y} ${bend} ${y}H${boxX}`;
    pieces.push(
      s(
        "g",
        { class: "target" },
        s("path", { class: `edge outcome-${target.outcome}`, d: path }),
        s("text", { class: "edge-words", x: bend + 16, y: y - 9 }, fitted(target.edge, boxX - bend - 20, plain)),
        box({ x: boxX, y: y - 21, width: boxWidth, height: 42, lines: [target.name], kind: `back-end outcome-${target.outcome}` }),
        sign(target.outcome, bend, y),
      ),
    );
  });
  if (left > 0) pieces.push(s("text", { class: "quiet", x: boxX, y: (height + rows * row) / 2 - row / 2 }, texts.logout.moreBackEnds(left)));
  pieces.push(box({ x: hubX, y: middle - 22, width: hubWidth, height: 44, lines: [texts.logout.router], kind: "router" }));
  return { pieces, height };
}

// Upright: a stem with a branch for each back-end.
function standing({ receipt, targets, left, width }) {
  const sessions = sessionLines(receipt);
  const boxWidth = Math.min(width - 2, 420);
  const stem = 18;
  const pieces = [];
  let y = 1;
  const put = (lines, kind) => {
    const height = lines.length * line + 2 * pad;
    if (y > 1) pieces.push(s("path", { class: "edge trunk", d: `M${stem} ${y - between}V${y}` }));
    pieces.push(box({ x: 1, y, width: kind === "router" ? 120 : boxWidth, height, lines, kind }));
    y += height + between;
  };
  put([receipt.user || texts.logouts.nobody], "user");
  put(sessions, "sessions");
  put([texts.logout.router], "router");
  const from = y - between;
  const last = from + (targets.length - 1) * branch + between + 18;
  if (targets.length > 0) pieces.push(s("path", { class: "edge trunk", d: `M${stem} ${from}V${last}` }));
  targets.forEach((target) => {
    const middle = y + 28;
    pieces.push(
      s(
        "g",
        { class: "target" },
        s("path", { class: `edge outcome-${target.outcome}`, d: `M${stem} ${middle - 10}Q${stem} ${middle} ${stem + 10} ${middle}H60` }),
        box({ x: 60, y, width: Math.min(width - 61, 420), height: 56, lines: [target.name, target.edge], kind: `back-end outcome-${target.outcome}` }),
        sign(target.outcome, 42, middle),
      ),
    );
    y += branch;
  });
  if (left > 0) {
    pieces.push(s("text", { class: "quiet", x: 60, y: y + 12 }, texts.logout.moreBackEnds(left)));
    y += 30;
  }
  return { pieces, height: y };
}

// `label`: the whole of it in a sentence.
export function picture(receipt, width, label) {
  const all = backEndsOf(receipt);
  const targets = all.slice(0, mostBackEnds);
  const given = { receipt, targets, left: all.length - targets.length, width };
  const { pieces, height } = width >= 860 ? lying(given) : standing(given);
  return s(
    "svg",
    { class: "picture", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    pieces,
  );
}
