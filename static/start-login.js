// The server never sees the #fragment of an address; a short-lived cookie brings it to the end of the login
// (login/fragment_cookie.h). "<" stands for ";": no fragment has one as it is.
const link = document.getElementById("continue");
const fragment = location.hash.replaceAll(";", "<");
// With its name it has to fit into a cookie, with the login's into a header line. What is longer is only told of.
const longestFragment = 3600;
const value = fragment.length > longestFragment ? "!" + fragment.length : fragment;
if (value && link.dataset.fragmentCookie) {
  document.cookie = link.dataset.fragmentCookie + "=" + value + link.dataset.cookieAttributes;
}
location.replace(link.href);
