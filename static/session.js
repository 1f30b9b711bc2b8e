// Keeps all tabs of a session together: docs/pages.md. Opt in with
//   <script src="/xs-router/session.js" defer data-warn="60"></script>
(() => {
  const base = "/xs-router/session";
  const key = "xs-router-session";
  const {
    warn = "60",
    page,
    title = "Are you still there?",
    text = "You will be signed out in {seconds} seconds.",
    stay = "Stay signed in",
    leave = "Sign out",
  } = document.currentScript.dataset;
  const now = () => performance.now();
  let endsAt; // now() of the idle time-out
  let checked; // when the router was asked
  let over; // this tab leaves
  let life = 0; // +1 when the page is hidden or shown
  let dialog, channel, stream, release, waiting;

  const emit = (name, detail) =>
    dispatchEvent(new CustomEvent("xs-router:" + name, { cancelable: true, detail }));

  function leaveNow(to) {
    if (over) return;
    over = true;
    closeStream();
    dialog?.remove();
    if (emit("signed-out", { page: to })) location.replace(page || to);
  }

  function setLeft(left) {
    checked = now();
    endsAt = checked + left;
    if (left > warn * 1000) dialog = dialog?.remove();
  }

  const hear = (data) => ("left" in data ? setLeft(data.left) : leaveNow(data.page));

  function tell(data) {
    channel?.postMessage(data);
    hear(data);
  }

  // Only POST keeps the session alive.
  async function ask(method = "GET") {
    const asked = life;
    const answer = await fetch(base + (method === "POST" ? "/touch" : ""), { method, cache: "no-store" });
    const state = await answer.json();
    if (asked !== life || (!answer.ok && answer.status !== 401)) throw new Error("xs-router: " + answer.status);
    if (answer.ok) tell({ left: state.left });
    else if (!state.endpoint) tell({ page: state.page }); // else signed in twice
    return state;
  }

  const check = () => ask().catch(() => {});
  const staySignedIn = () => ask("POST");

  function goTo(url) {
    over = true;
    closeStream();
    location.assign(url);
  }

  async function signOut(query = "") {
    const { endpoint, method, csrf, page } = await ask();
    if (over) return;
    if (!endpoint) throw new Error("xs-router: no logoutEndpoint");
    if (method !== "POST") return goTo(endpoint + query);
    const headers = {};
    if (csrf) {
      const token = await fetch(endpoint, { headers: { "x-csrf-token": "fetch" }, cache: "no-store" });
      headers["x-csrf-token"] = token.headers.get("x-csrf-token");
    }
    over = true; // the news of it must not turn this tab away
    const answer = await fetch(endpoint + query, { method, headers }).catch(() => ({}));
    over = answer.ok;
    if (!over) throw new Error("xs-router: " + answer.status);
    const next = await answer.text();
    channel?.postMessage({ page });
    goTo(next);
  }

  function makeDialog() {
    dialog = document.createElement("dialog");
    dialog.className = "xs-router-warning";
    dialog.setAttribute("aria-labelledby", "xs-router-title");
    dialog.setAttribute("aria-describedby", "xs-router-text");
    const add = (tag, textContent, id) =>
      Object.assign(dialog.appendChild(document.createElement(tag)), { textContent, id: "xs-router-" + id });
    dialog.oncancel = () => (dialog.dismissed = true); // Escape
    add("h2", title, "title");
    add("p", "", "text").setAttribute("role", "timer");
    add("button", stay, "stay").onclick = () => staySignedIn().catch(() => {});
    add("button", leave, "leave").onclick = () => signOut().catch(() => {});
    document.body.append(dialog);
  }

  function tick() {
    const left = endsAt - now();
    if (over || !(warn > 0) || left > warn * 1000) return;
    // Another tab may have used the session.
    if (now() - checked > 5000) {
      checked = now();
      check();
    } else if (left > 0) {
      if (!dialog) makeDialog();
      dialog.children[1].textContent = text.replace("{seconds}", Math.ceil(left / 1000));
      if (!dialog.open && !dialog.dismissed && emit("warning", { left })) dialog.showModal();
    }
  }

  // One event stream per browser: the tab that leads has it.
  function openStream() {
    stream = new EventSource(base + "/events");
    stream.addEventListener("left", (event) => tell({ left: +event.data }));
    stream.addEventListener("over", check);
    stream.onerror = () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      check();
      stream = null;
      setTimeout(() => !over && !stream && release && openStream(), 15000);
    };
  }

  function closeStream() {
    stream?.close();
    release?.();
    stream = release = null;
  }

  const lead = () =>
    new Promise((done) => {
      release = done;
      if (!over) openStream();
    });

  // Instead of Web Locks, which only secure contexts have.
  const me = String(Math.random());
  function takeLease() {
    if (over) return;
    const [owner, until] = (localStorage.getItem(key) || "").split(" ");
    if (owner !== me && until > Date.now()) return void (release && closeStream());
    localStorage.setItem(key, me + " " + (Date.now() + 5000));
    if (!release) lead();
  }

  function elect() {
    if (!channel) return lead();
    waiting = new AbortController();
    if (navigator.locks) return navigator.locks.request(key, waiting, lead).catch(() => {});
    takeLease();
    const lease = setInterval(takeLease, 2000);
    waiting.signal.onabort = () => clearInterval(lease);
  }

  // Also out of the back/forward cache.
  function start() {
    const mine = ++life;
    over = false;
    setLeft(Infinity);
    channel = window.BroadcastChannel && new BroadcastChannel(key);
    if (channel) channel.onmessage = (event) => hear(event.data);
    check().then(() => mine === life && elect());
  }

  // With these a page is not kept.
  function stop() {
    life++;
    closeStream();
    waiting?.abort();
    channel = channel?.close();
  }

  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && start());
  document.addEventListener("resume", check);
  window.xsRouter = { signOut, staySignedIn };
  setInterval(tick, 1000);
  start();
})();
