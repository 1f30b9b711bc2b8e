// Shows what has become of the logout meanwhile, until every application has answered or been given up. Only what has
// changed is written, so that a screen reader says it once.
const everyMilliseconds = 2000;
const shown = (page, id) => page.getElementById(id);

async function look() {
  const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) return location.reload(); // the ten minutes are over
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["summary", "applications"]) {
    const [mine, theirs] = [shown(document, id), shown(now, id)];
    if (mine.innerHTML !== theirs.innerHTML) mine.innerHTML = theirs.innerHTML;
  }
  shown(document, "applications").dataset.state = shown(now, "applications").dataset.state;
  lookLater();
}

function lookLater() {
  if (shown(document, "applications").dataset.state !== "open") return;
  setTimeout(() => look().catch(lookLater), everyMilliseconds);
}

lookLater();
