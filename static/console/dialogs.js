// Questions before something is done that cannot be undone.
import { piece, post, remove } from "./api.js";
import { becomeChildren, faultLine, h } from "./dom.js";
import { texts } from "./texts.js";

// Shown until it is closed; gives back nothing.
function open(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

// `act`: what the second button does; what it throws is said, and the dialog stays.
function question({ heading, body, act, words, acting }) {
  const fault = faultLine();
  const cancel = h("button", { type: "button", on: { click: () => dialog.close() } }, texts.cancel);
  const go = h("button", { type: "submit", class: "danger" }, words);
  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    const before = go.textContent;
    go.textContent = acting;
    fault.say("");
    try {
      await act();
      dialog.close();
    } catch (error) {
      fault.say(error.message);
      go.textContent = before;
      go.disabled = false;
    }
  }
  const dialog = h(
    "dialog",
    { "aria-labelledby": "dialog-heading" },
    h("form", { on: { submit } }, h("h2", { id: "dialog-heading" }, heading), body, fault.node, h("div", { class: "buttons" }, cancel, go)),
  );
  open(dialog);
  cancel.focus();
  return { dialog, go, fault };
}

export function confirmDrop(call, done) {
  const body = h("p", {}, texts.outbox.dropText(call.back_end));
  const act = async () => done(await remove(`/api/outbox/${piece(call.id)}`));
  question({ heading: texts.outbox.dropHeading, body, act, words: texts.outbox.drop, acting: texts.outbox.drop });
}

// What is kept of an application of the HTML5 repository.
export function confirmForget(application, act) {
  const say = texts.applications;
  const body = h("p", {}, say.forgetText(application.path));
  question({ heading: say.forgetHeading, body, act, words: say.forget, acting: say.forget });
}

// What of a session, or of everybody, could be ended: [{ words(found), wish }]; a wish of one session is a fingerprint.
function choicesFor(session) {
  if (!session) return [{ words: texts.endDialog.all, wish: { all: true } }];
  const choices = [{ words: () => texts.endDialog.one(session.fingerprint), fingerprint: session.fingerprint }];
  for (const name of ["user", "tenant", "provider"]) {
    const value = session[name];
    if (value) choices.push({ words: (found) => texts.endDialog[name](value, found), wish: { [name]: value } });
  }
  return choices;
}

async function countOf({ wish }) {
  if (!wish) return { matching: 1, more: false };
  return post("/api/sessions/end", { ...wish, dry_run: true });
}

// `session`: null for everybody's. `done(id)` with the logout, or the ending, to look at.
export function askWhatToEnd(session, done) {
  const choices = choicesFor(session);
  let chosen = choices[0];
  const say = texts.endDialog;
  const labels = choices.map((choice, at) => {
    const change = () => choose(choice);
    const input = h("input", { type: "radio", name: "which", checked: at === 0, on: { change } });
    const label = h("span", {}, choice.words(choice.wish ? say.counting : ""));
    choice.show = ({ matching, more }) => becomeChildren(label, choice.words(say.found(matching, more)));
    return h("label", { class: "choice" }, input, label);
  });
  const fields = h("fieldset", {}, h("legend", {}, say.which), labels);
  async function act() {
    if (chosen.fingerprint) done((await remove(`/api/sessions/${piece(chosen.fingerprint)}`)).logout_id);
    else done((await post("/api/sessions/end", chosen.wish)).id);
  }
  const body = [fields, h("p", { class: "quiet" }, say.note)];
  const { dialog, go, fault } = question({ heading: say.heading, body, act, words: say.counting, acting: say.acting });
  const radios = [...fields.querySelectorAll("input")];
  radios[0].focus();

  // The button says how many, and can be pressed once that is known.
  function choose(choice) {
    chosen = choice;
    go.disabled = !choice.found || choice.found.matching === 0;
    if (choice.found) go.textContent = say.act(choice.found.matching, choice.found.more);
    else go.textContent = texts.loading;
  }

  async function count(choice) {
    try {
      choice.found = await countOf(choice);
      choice.show(choice.found);
    } catch (error) {
      fault.say(error.message);
    }
    if (dialog.open && choice === chosen) choose(choice);
  }
  choose(chosen);
  choices.forEach(count);
}
