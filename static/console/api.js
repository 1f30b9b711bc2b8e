// The management API. A request that fails is a Problem, with words for people.
import { texts } from "./texts.js";

class Problem extends Error {
  // `status` 0: there was no answer.
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const patience = 10_000;
let onSignedOut = () => {};

export function whenSignedOut(act) {
  onSignedOut = act;
}

async function problemOf(answer) {
  const body = await answer.json().catch(() => ({}));
  const again = answer.headers.get("Retry-After");
  const detail = typeof body?.detail === "string" ? body.detail : answer.statusText || String(answer.status);
  return new Problem(answer.status, again ? texts.problems.comeAgain(detail, again) : detail);
}

async function ask(method, path, body) {
  const headers = { "x-requested-by": "console", Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    const signal = AbortSignal.timeout(patience);
    answer = await fetch(path, { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, texts.problems.away);
  }
  // a refusal that has more to say than a problem is an answer, too
  if (answer.ok || answer.headers.get("Content-Type") === "application/json") return answer.json();
  const problem = await problemOf(answer);
  if (answer.status === 401 && path !== "/login") onSignedOut();
  throw problem;
}

// Empty values of `query` are left out.
export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return ask("GET", given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path);
}
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);
// A piece of a path.
export const piece = encodeURIComponent;
