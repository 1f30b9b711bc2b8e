// Shows the parameters that came along, and asks the back-ends until both have been told, or for ten seconds.
document.getElementById("query").textContent = location.search || "none";

const recent = 60; // seconds: calls that belong to this logout, not to an earlier one
let attempts = 20;

function show(backEnd, call) {
  const place = document.querySelector(`#told-${backEnd} span`);
  place.textContent = call ? `told that ${call.user || "somebody"} has signed out` : "not told yet";
  place.className = call ? "good" : "";
}

// The operators' console has a picture of each logout; this one is the user's newest.
function showPicture({ user, console: operators }) {
  if (!user || !operators) return;
  const link = document.getElementById("picture");
  link.href = `${operators}/#/logouts/newest?user=${encodeURIComponent(user)}`;
  link.hidden = false;
}

async function look() {
  const answer = await fetch("/logouts.json");
  const calls = await answer.json();
  const told = ["orders", "invoices"].map((backEnd) => {
    const call = calls.find((one) => one.backEnd === backEnd && one.secondsAgo < recent);
    show(backEnd, call);
    if (call) showPicture(call);
    return call;
  });
  if (!told.every(Boolean) && --attempts > 0) setTimeout(look, 500);
}

look().catch(() => {
  document.getElementById("told").textContent = "The list of logout calls could not be read.";
});
