// Figures and times as people read them.
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const number = (value) => whole.format(value);
export const rate = (value) => (value > 0 && value < 0.05 ? "< 0.1" : value < 10 ? fine.format(value) : whole.format(value));

// `nothing`: where nothing was measured.
export function milliseconds(value, nothing = "–") {
  if (value === null || value === undefined) return nothing;
  if (value < 1_000) return `${value < 10 ? fine.format(value) : whole.format(value)} ms`;
  return `${fine.format(value / 1_000)} s`;
}

export function duration(seconds) {
  const parts = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  let left = Math.max(0, Math.floor(seconds));
  const first = parts.findIndex(([size]) => left >= size);
  if (first < 0) return "0 s";
  const [size, unit] = parts[first];
  const amount = Math.floor(left / size);
  left -= amount * size;
  const next = parts[first + 1];
  const rest = next && amount < 10 ? Math.floor(left / next[0]) : 0;
  return rest > 0 ? `${amount} ${unit} ${rest} ${next[1]}` : `${amount} ${unit}`;
}

const now = () => Date.now() / 1_000;
export const ago = (unixSeconds) => (now() - unixSeconds < 1.5 ? "just now" : `${duration(now() - unixSeconds)} ago`);
export const until = (unixSeconds) => (unixSeconds <= now() + 0.5 ? "now" : `in ${duration(unixSeconds - now())}`);
export const clockTime = (unixSeconds) => new Date(unixSeconds * 1_000).toLocaleString("en-GB");
export const isoTime = (unixSeconds) => new Date(unixSeconds * 1_000).toISOString();
// timeoutMs -> timeout ms
export const words = (name) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/_/g, " ");
