// Keeps all tabs of a session together: see docs/pages.md. Opt in with
//   <script src="/xs-router/session.js" defer data-warn="60"></script>
(() => {
  const base = "/xs-router/session";
  const { warn = "60", page, title, text, stay, leave } = document.currentScript.dataset;
  const channel = window.BroadcastChannel && new BroadcastChannel("xs-router-session");
  const texts = {
    title: title || "Are you still there?",
    text: text || "You will be signed out in {seconds} seconds.",
    stay: stay || "Stay signed in",
    leave: leave || "Sign out",
  };
  let endsAt = Infinity; // performance.now() of the idle time-out
  let checked = 0; // when the router was last asked
  let over = false;
  let dialog, stream, release;

  const emit = (name, detail) =>
    dispatchEvent(new CustomEvent("xs-router:" + name, { cancelable: true, detail }));

  function leaveNow(to) {
    if (over) return;
    over = true;
    closeStream();
    dialog?.close();
    // preventDefault() lets the application save a draft first.
    if (emit("signed-out", { page: to })) location.replace(page || to);
  }

  function signedOut(to) {
    channel?.postMessage({ page: to });
    leaveNow(to);
  }

  function setLeft(left) {
    endsAt = performance.now() + left;
    checked = performance.now();
    if (left > warn * 1000 && dialog) {
      dialog.close();
      dialog.dismissed = false;
    }
  }

  function tellLeft(left) {
    channel?.postMessage({ left });
    setLeft(left);
  }

  // Only POST keeps the session alive.
  async function ask(method = "GET") {
    const answer = await fetch(base + (method === "POST" ? "/touch" : ""), { method, cache: "no-store" });
    if (answer.status !== 200 && answer.status !== 401) throw new Error("xs-router: " + answer.status);
    const state = await answer.json();
    if (answer.ok) tellLeft(state.left);
    else if (!state.endpoint) signedOut(state.page); // else signed in more than once
    return state;
  }

  const check = () => ask().catch(() => {}); // offline: the next beat asks again
  const staySignedIn = () => ask("POST");

  // This tab has a way of its own: what the others hear must not turn it away.
  function goTo(url) {
    over = true;
    closeStream();
    location.assign(url);
  }

  async function signOut(query = "") {
    const state = await ask();
    if (over) return;
    if (!state.endpoint) throw new Error("xs-router: no logoutEndpoint is configured");
    const url = state.endpoint + query;
    if (state.method !== "POST") return goTo(url);
    const headers = {};
    if (state.csrf) {
      const token = await fetch(state.endpoint, { headers: { "x-csrf-token": "fetch" }, cache: "no-store" });
      headers["x-csrf-token"] = token.headers.get("x-csrf-token");
    }
    const answer = await fetch(url, { method: "POST", headers });
    if (!answer.ok) throw new Error("xs-router: signing out failed with " + answer.status);
    const next = await answer.text();
    channel?.postMessage({ page: state.page });
    goTo(next);
  }

  function makeDialog() {
    dialog = document.createElement("dialog");
    dialog.className = "xs-router-warning";
    dialog.setAttribute("aria-labelledby", "xs-router-title");
    dialog.setAttribute("aria-describedby", "xs-router-text");
    const add = (tag, words, id) => {
      const element = dialog.appendChild(document.createElement(tag));
      element.textContent = words;
      if (id) element.id = "xs-router-" + id;
      return element;
    };
    dialog.oncancel = () => (dialog.dismissed = true); // Escape: seen, and nothing else
    add("h2", texts.title, "title");
    add("p", "", "text").setAttribute("role", "timer");
    add("button", texts.stay, "stay").onclick = () => staySignedIn().catch(() => {});
    add("button", texts.leave, "leave").onclick = () => signOut().catch(() => {});
    document.body.append(dialog);
  }

  function tick() {
    const left = endsAt - performance.now();
    if (over || !(warn > 0) || left > warn * 1000) return;
    // Other tabs may have used the session since.
    if (performance.now() - checked > 5000) {
      checked = performance.now();
      check();
    } else if (left > 0) {
      if (!dialog) makeDialog();
      document.getElementById("xs-router-text").textContent =
        texts.text.replace("{seconds}", Math.ceil(left / 1000));
      if (!dialog.open && !dialog.dismissed && emit("warning", { left })) dialog.showModal();
    }
  }

  // One event stream per browser: the tab that leads has it, the others hear from it.
  function openStream() {
    stream = new EventSource(base + "/events");
    stream.addEventListener("left", (event) => tellLeft(+event.data));
    stream.addEventListener("over", check); // or there is a new session by now
    stream.onerror = () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      check();
      stream = null;
      setTimeout(() => !over && !stream && release && openStream(), 15000);
    };
  }

  function closeStream() {
    stream?.close();
    stream = null;
    release?.();
    release = null;
  }

  const lead = () =>
    new Promise((done) => {
      release = done;
      if (!over) openStream();
    });

  // Outside secure contexts there are no Web Locks: a lease in the local storage.
  const me = String(Math.random());
  function takeLease() {
    if (over) return;
    const [owner, until] = (localStorage.getItem("xs-router-lease") || "").split(" ");
    if (owner !== me && until > Date.now()) return void (release && closeStream());
    localStorage.setItem("xs-router-lease", me + " " + (Date.now() + 5000));
    if (!release) lead();
  }

  function elect() {
    if (!channel) return lead();
    if (navigator.locks) return navigator.locks.request("xs-router-session", lead);
    takeLease();
    setInterval(takeLease, 2000);
  }

  if (channel) {
    channel.onmessage = ({ data }) => ("left" in data ? setLeft(data.left) : leaveNow(data.page));
  }
  addEventListener("pageshow", (event) => event.persisted && check());
  window.xsRouter = { signOut, staySignedIn };
  setInterval(tick, 1000);
  check().then(elect);
})();
