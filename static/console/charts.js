// Small pictures of figures. Each has its words beside it, or in its label.
import { s } from "./dom.js";

const width = 300;
const height = 56;
const margin = 3;
const longestGap = 15; // seconds without a sample: the line is broken

// A line through [{ at, values }] of Unix seconds, over the time from `from` to `to`.
function path(points, pick, x, y) {
  let before;
  let text = "";
  for (const point of points) {
    const value = pick(point);
    if (value === null || value === undefined) continue;
    const goesOn = before !== undefined && point.at - before <= longestGap;
    text += `${goesOn ? "L" : "M"}${x(point.at).toFixed(1)} ${y(value).toFixed(1)}`;
    before = point.at;
  }
  return text;
}

// `picks`: one function per line, the first one in the foreground; each from a sample to a number.
export function sparkline(points, picks, label) {
  const to = points.at(-1)?.at ?? 0;
  const from = Math.min(points[0]?.at ?? 0, to - 60);
  const highest = Math.max(...points.flatMap((point) => picks.map((pick) => pick(point) ?? 0)), 0) || 1;
  const x = (at) => ((at - from) / (to - from)) * width;
  const y = (value) => height - margin - (value / highest) * (height - 2 * margin);
  const lines = picks.map((pick, at) => s("path", { class: at === 0 ? "line" : "line second", d: path(points, pick, x, y) }));
  return s(
    "svg",
    { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    s("line", { class: "ground", x1: 0, x2: width, y1: height - 1, y2: height - 1 }),
    lines.reverse(),
  );
}

// Of [{ kind, amount }] one beside the other; what is there is seen, however little it is.
export function stackedBar(parts) {
  const all = parts.reduce((sum, { amount }) => sum + amount, 0);
  const least = 4;
  const shares = parts.filter(({ amount }) => amount > 0).map(({ kind, amount }) => [kind, Math.max((amount / all) * 100, least)]);
  const scale = 100 / Math.max(shares.reduce((sum, [, share]) => sum + share, 0), 1);
  let left = 0;
  const pieces = shares.map(([kind, share]) => {
    const piece = s("rect", { class: `outcome-${kind}`, x: left.toFixed(2), y: 0, width: (share * scale).toFixed(2), height: 10 });
    left += share * scale;
    return piece;
  });
  return s("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, pieces);
}

export function amountBar(amount, most, kind = "amount") {
  const share = most > 0 && amount > 0 ? Math.max((amount / most) * 100, 1) : 0;
  return s(
    "svg",
    { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "bar-ground", width: 100, height: 10 }),
    s("rect", { class: kind, width: share.toFixed(2), height: 10 }),
  );
}
