// The server never sees the #fragment of an address; a short-lived cookie brings it to the end of the login.
const link = document.getElementById("continue");
const fragment = encodeURIComponent(location.hash);
// Longer than any real fragment, shorter than what browsers and proxies take.
const longestFragment = 2048;
if (fragment && fragment.length <= longestFragment && link.dataset.fragmentCookie) {
  document.cookie = link.dataset.fragmentCookie + "=" + fragment + link.dataset.cookieAttributes;
}
location.replace(link.href);
