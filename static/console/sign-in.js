// Asks for the token, which is kept nowhere: the router gives a cookie for it that scripts cannot read.
import { post } from "./api.js";
import { becomeChildren, faultLine, h } from "./dom.js";
import { texts } from "./texts.js";

const say = texts.signIn;

// `signedIn(who)`; `note`: why it is asked for again.
export function signInForm(signedIn, note) {
  const token = h("input", { type: "password", id: "token", name: "token", required: true, autocomplete: "current-password", "aria-describedby": "token-hint" });
  const go = h("button", { type: "submit" }, say.act);
  const fault = faultLine();
  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    becomeChildren(go, say.acting);
    fault.say("");
    try {
      signedIn(await post("/login", { token: token.value.trim() }));
      return;
    } catch (error) {
      fault.say(error.message);
    }
    becomeChildren(go, say.act);
    go.disabled = false;
    token.select();
  }
  const form = h(
    "form",
    { class: "card", on: { submit } },
    h("h1", { tabindex: -1 }, say.heading),
    note && h("p", { class: "quiet" }, note),
    // for password managers: whose it is
    h("input", { type: "text", name: "username", autocomplete: "username", value: texts.name, hidden: true }),
    h("label", { for: "token" }, say.token),
    token,
    h("p", { class: "quiet", id: "token-hint" }, say.hint),
    fault.node,
    go,
  );
  return { node: h("main", { id: "content", class: "sign-in" }, form), focus: () => token.focus() };
}
