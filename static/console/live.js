// What the router does, once a second from the event stream; where that cannot be had, asked for every two seconds. Only
// while the tab is seen. Keeps the figures of the last fifteen minutes; what came before, or while nobody looked, the
// router has kept.
import { get } from "./api.js";

const keptSeconds = 15 * 60;
const askEvery = 2_000;
const streamAgainAfter = 30_000;
export const longestWindow = 30; // seconds; a sample of more is the average since the start

function pointOf({ at, requests, sessions, logouts }) {
  return {
    at,
    requests: requests.per_second,
    half: requests.p50_ms,
    most: requests.p99_ms,
    errors: requests.server_errors_per_second ?? 0,
    sessions: sessions.users,
    confirmed: logouts.confirmed_per_second,
    waiting: logouts.waiting,
  };
}

// What the router has kept.
function keptPoint({ at, per_second, p50_ms, p99_ms, server_errors_per_second, users, confirmed_per_second, waiting }) {
  return {
    at,
    requests: per_second,
    half: p50_ms,
    most: p99_ms,
    errors: server_errors_per_second,
    sessions: users,
    confirmed: confirmed_per_second,
    waiting,
  };
}

// An answer to a question has rates since the start: those since the last answer are made of its totals.
function withRates(now, before) {
  const seconds = Math.max(now.at - before.at, 0.001);
  const since = (later, earlier) => Math.max(later - earlier, 0) / seconds;
  now.requests.per_second = since(now.requests.total, before.requests.total);
  now.requests.server_errors_per_second = since(now.requests.server_errors, before.requests.server_errors);
  now.logouts.confirmed_per_second = since(now.logouts.calls.confirmed, before.logouts.calls.confirmed);
  for (const backEnd of now.back_ends) {
    const earlier = before.back_ends.find(({ name }) => name === backEnd.name);
    backEnd.per_second = since(backEnd.requests, earlier?.requests ?? 0);
  }
}

export class Live {
  points = [];
  latest = null;
  state = "paused"; // stream, asking, away
  #stream = null;
  #timer = null;
  #streamAgain = 0; // Date.now() from which on the stream is tried again
  #life = 0; // +1 when an answer under way is wanted no longer
  #listeners = new Set();

  constructor() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.#go()));
  }

  start() {
    this.isWanted = true;
    this.#go();
  }

  // Forgets what was seen.
  stop() {
    this.isWanted = false;
    this.#pause();
    this.points = [];
    this.latest = null;
  }

  // Called after each sample, and when the state changes. Gives back what ends that.
  listen(hear) {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  #tell(state) {
    this.state = state;
    for (const hear of this.#listeners) hear(this);
  }

  #go() {
    if (!this.isWanted || document.hidden || this.#stream || this.#timer) return;
    this.#openStream();
    this.#fillIn();
  }

  #pause() {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#timer);
    this.#timer = null;
    ++this.#life;
    this.#tell("paused");
  }

  #openStream() {
    const stream = new EventSource("/api/events");
    this.#stream = stream;
    stream.onmessage = ({ data }) => {
      this.#take(JSON.parse(data));
      this.#tell("stream");
    };
    stream.onerror = () => {
      if (this.#stream !== stream) return;
      stream.close();
      this.#stream = null;
      this.#streamAgain = Date.now() + streamAgainAfter;
      this.#ask();
    };
  }

  async #ask() {
    const life = ++this.#life;
    let state = "away";
    try {
      const now = await get("/api/overview");
      if (life !== this.#life) return;
      if (this.latest) withRates(now, this.latest);
      now.isAsked = true;
      this.#take(now);
      state = "asking";
    } catch {
      if (life !== this.#life) return;
    }
    this.#timer = setTimeout(() => this.#askLater(), askEvery);
    this.#tell(state);
  }

  #askLater() {
    this.#timer = null;
    if (this.state === "asking" && Date.now() > this.#streamAgain) this.#openStream();
    else this.#ask();
  }

  #take(sample) {
    const isOfNow = sample.window_seconds < longestWindow || (sample.isAsked && this.latest);
    this.latest = sample;
    if (!isOfNow) return;
    this.points.push(pointOf(sample));
    this.points = this.points.filter(({ at }) => at > sample.at - keptSeconds && at <= sample.at);
  }

  // Where the router was not looked at. Without it lines begin now.
  async #fillIn() {
    let kept;
    try {
      kept = await get("/api/history");
    } catch {
      return;
    }
    if (!this.isWanted) return;
    const stepOf = ({ at }) => Math.floor(at / kept.every_seconds);
    const seen = new Set(this.points.map(stepOf));
    const missed = kept.points.filter((point) => !seen.has(stepOf(point)));
    this.points = [...missed.map(keptPoint), ...this.points].sort((one, other) => one.at - other.at);
    this.#tell(this.state);
  }
}
