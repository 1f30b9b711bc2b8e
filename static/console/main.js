// Who is signed in, which page the address names, and how often it looks again.
import { get, remove, whenSignedOut } from "./api.js";
import { applicationsPage } from "./applications.js";
import { configurationPage } from "./configuration.js";
import { becomeChildren, faultLine, h } from "./dom.js";
import { Live } from "./live.js";
import { logoutPage, newestLogoutPage } from "./logout.js";
import { logoutsPage } from "./logouts.js";
import { outboxPage } from "./outbox.js";
import { overviewPage } from "./overview.js";
import { routesPage } from "./routes.js";
import { sessionsPage } from "./sessions.js";
import { signInForm } from "./sign-in.js";
import { signalsPage } from "./signals.js";
import { texts } from "./texts.js";

// A page gives back { title, node, look, every, leave }: looked at at once, then every so many milliseconds, if it says so.
const pages = {
  overview: overviewPage,
  logouts: logoutsPage,
  sessions: sessionsPage,
  routes: routesPage,
  applications: applicationsPage,
  outbox: outboxPage,
  signals: signalsPage,
  configuration: configurationPage,
};
const sayFor = 8_000; // milliseconds
const enterAgainAfter = 2_000;

const live = new Live();
let frame; // what is around the page, while somebody is signed in
let shown; // the page
let wake = () => {};

// #/logouts/ID?user=ada
function placeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/");
  return { name: name || "overview", id: id && decodeURIComponent(id), parameters: new URLSearchParams(query ?? "") };
}

function go(path, query = {}, isInstead = false) {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const hash = `#${path}${given.length > 0 ? `?${new URLSearchParams(given)}` : ""}`;
  if (hash === location.hash) wake();
  else if (isInstead) location.replace(hash);
  else location.hash = hash;
}

function makePage(app, { name, id, parameters }) {
  if (name === "logouts" && id === "newest") return newestLogoutPage(app, parameters);
  if (name === "logouts" && id) return logoutPage(app, parameters, id);
  if (Object.hasOwn(pages, name) && !id) return pages[name](app, parameters);
  return { title: texts.nothingHere, node: h("p", {}, h("a", { href: "#/overview" }, texts.pages.overview)) };
}

// The next look: after that time, or when the tab is seen again, or when somebody asks for it.
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(() => document.hidden || resolve(), milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function watch(page) {
  while (page === shown) {
    try {
      await page.look();
      if (page === shown) frame.fault("");
    } catch (error) {
      if (page === shown) frame.fault(error.message);
    }
    await pause(page.every);
  }
}

function showPage() {
  if (!frame) return;
  const place = placeOf(location.hash);
  leavePage();
  const page = makePage(frame.app, place);
  const heading = h("h1", { tabindex: -1 }, page.title);
  page.rename = (title) => {
    heading.textContent = title;
    document.title = texts.title(title);
  };
  page.rename(page.title);
  shown = page;
  frame.fault("");
  frame.show(place.name, heading, page.node);
  if (page.look) watch(page);
}

function leavePage() {
  shown?.leave?.();
  shown = undefined;
  wake();
}

function statusChip() {
  const node = h("span", { class: "chip" });
  const long = { stream: texts.live.longStream, asking: texts.live.longAsking, away: texts.live.longAway };
  const show = () => {
    node.dataset.state = live.state;
    becomeChildren(node, h("span", { title: long[live.state] }, texts.live[live.state]));
  };
  show();
  live.listen(show);
  return node;
}

function makeFrame(who) {
  const links = Object.keys(pages).map((name) => h("a", { href: `#/${name}` }, texts.pages[name]));
  const said = h("p", { id: "said", role: "status" });
  const fault = faultLine();
  const main = h("main", { id: "content", tabindex: -1 });
  const header = h(
    "header",
    {},
    h("a", { class: "skip", href: "#/", on: { click: (event) => (event.preventDefault(), main.focus()) } }, texts.skip),
    h("span", { class: "brand" }, texts.name),
    h("nav", { "aria-label": texts.navigation }, h("ul", {}, links.map((link) => h("li", {}, link)))),
    h("div", { class: "who" }, statusChip(), h("span", {}, texts.signIn.who[who.name] ?? who.name), h("button", { type: "button", class: "small", on: { click: signOut } }, texts.signIn.out)),
  );
  let forgetting;
  function say(text) {
    said.textContent = text;
    clearTimeout(forgetting);
    forgetting = setTimeout(() => (said.textContent = ""), sayFor);
  }
  // What `act` gives back is said; so is what it throws.
  const tell = (act) => act().then(say, (error) => say(error.message));
  return {
    app: { go, tell, live, look: () => wake(), mayChange: who.right === "everything" },
    fault: fault.say,
    show(name, heading, node) {
      for (const link of links) {
        if (link.hash === `#/${name}`) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      const isFirst = !main.isConnected;
      if (isFirst) document.body.replaceChildren(header, main, said);
      main.replaceChildren(heading, fault.node, node);
      scrollTo(0, 0);
      if (!isFirst) heading.focus();
    },
  };
}

function signedIn(who) {
  frame = makeFrame(who);
  live.start();
  showPage();
}

function askForToken(note) {
  leavePage();
  frame = undefined;
  live.stop();
  document.title = texts.title(texts.signIn.act);
  const form = signInForm(signedIn, note);
  document.body.replaceChildren(form.node);
  form.focus();
}

async function signOut() {
  await remove("/login").catch(() => {});
  askForToken(texts.signIn.over);
}

async function enter() {
  try {
    const who = await get("/login");
    if (who.right === "nothing") askForToken();
    else signedIn(who);
  } catch (error) {
    const fault = h("p", { class: "problem", role: "alert" }, error.message);
    document.body.replaceChildren(h("main", { id: "content", class: "sign-in" }, h("h1", {}, texts.name), fault));
    setTimeout(enter, enterAgainAfter);
  }
}

whenSignedOut(() => frame && askForToken(texts.signIn.over));
addEventListener("hashchange", showPage);
document.addEventListener("visibilitychange", () => document.hidden || wake());
enter();
