#include "http/pages.h"

#include <vector>

#include "http/embedded_files.h"
#include "http/page_template.h"

namespace router::http::pages {
namespace {

// Inline style and script are allowed by their SHA-256, so that injected markup can bring neither.
// tests/http/pages_test.cpp compares them with static/pages.css and the scripts, and prints new ones.
constexpr std::string_view kStyleHash = "'sha256-fzS+nybCVGPnctK459VIbDQ+iUPRRyatpHzaWcdoB/w='";
struct Script {
  std::string_view file;
  std::string_view hash;
  bool connects = false;  // asks this router for more
};
constexpr Script kStartLogin{"start-login.js", "'sha256-3ibVhtXpwLo++D3t3gUdfz7NuD0I0Oj8u0SzXbiKbWg='"};
constexpr Script kToProvider{"to-provider.js", "'sha256-yKjNmJdhAOkbmz1nDmb8IoZEUTOIZRpQrcErJN7HVFY='"};
constexpr Script kReceipt{"receipt.js", "'sha256-O8N2GQjlAQoMWjyLx9Wd/BZDgxmtNSi6Mxkl+3H7Wq0='", true};

// `form_action`: where a form of the page may lead, redirects included.
Response own_page(int status, std::string_view file, std::vector<TemplateField> fields, const Script* script = nullptr,
                  std::string_view form_action = "'none'") {
  fields.push_back(markup_field("style", std::string(embedded_file("pages.css"))));
  if (script != nullptr) fields.push_back(markup_field("script", std::string(embedded_file(script->file))));
  auto response = html_response(status, fill_template(embedded_file(file), fields));
  std::string policy = "default-src 'none'; style-src ";
  policy.append(kStyleHash);
  if (script != nullptr) policy.append("; script-src ").append(script->hash);
  if (script != nullptr && script->connects) policy.append("; connect-src 'self'");
  policy.append("; base-uri 'none'; form-action ").append(form_action).append("; frame-ancestors 'none'");
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

Response hosted_page(int status, std::string_view title, std::string_view message) {
  return own_page(status, "hosted-logout.html", {text_field("title", title), text_field("message", message)});
}

TemplateField receipt_link(std::string_view path) {
  auto link = markup_field("receipt", {});
  if (!path.empty())
    link.html = "<p><a href=\"" + base::html_escape(path) + "\">See which applications have confirmed it</a></p>";
  return link;
}

struct ShownState {
  std::string_view style;
  std::string_view words;
};

ShownState shown_state(Confirmation::State state) {
  switch (state) {
    case Confirmation::State::confirmed:
      return {"confirmed", "\u2713 signed out"};
    case Confirmation::State::not_confirmed:
      return {"not-confirmed", "did not confirm"};
    case Confirmation::State::given_up:
      return {"given-up", "could not be reached"};
    case Confirmation::State::waiting:
      break;
  }
  return {"waiting", "no answer yet, asking again"};
}

std::string receipt_summary(std::size_t confirmed, std::size_t all) {
  if (all == 0) return "Your session has ended. No other application had to be told.";
  if (all == 1) {
    return confirmed == 1 ? "Your session has ended, and the application behind it has confirmed that."
                          : "Your session has ended. The application behind it has not confirmed that.";
  }
  if (confirmed == all)
    return "Your session has ended, and all " + std::to_string(all) + " applications have confirmed that.";
  return "Your session has ended. " + std::to_string(confirmed) + " of " + std::to_string(all) +
         " applications have confirmed that.";
}

}  // namespace

Response receipt(const std::vector<Confirmation>& confirmations) {
  std::string rows;
  std::size_t confirmed = 0;
  bool is_open = false;
  for (const auto& [name, state] : confirmations) {
    const auto [style, words] = shown_state(state);
    rows.append("<li><span>").append(base::html_escape(name));
    rows.append("</span> <span class=\"").append(style).append("\">").append(words).append("</span></li>\n");
    if (state == Confirmation::State::confirmed) ++confirmed;
    if (state == Confirmation::State::waiting) is_open = true;
  }
  // for browsers without scripts
  const std::string refresh = is_open ? "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>" : "";
  return own_page(
      200, "receipt.html",
      {text_field("title", "Your sign-out"), text_field("summary", receipt_summary(confirmed, confirmations.size())),
       text_field("state", is_open ? "open" : "final"), markup_field("applications", std::move(rows)),
       markup_field("refresh", refresh),
       text_field("note", "Only this browser can see this page, for ten minutes after signing out.")},
      &kReceipt);
}

Response no_receipt() {
  return own_page(
      404, "signed-out.html",
      {text_field("title", "There is nothing to show"),
       text_field("message", "What became of a sign-out is shown for ten minutes, in the browser that signed out."),
       text_field("next", "Continue"), markup_field("note", {}), markup_field("receipt", {})});
}

Response signed_out(std::string_view note, std::string_view receipt_path) {
  auto shown = markup_field("note", {});
  if (!note.empty()) shown.html = "<p class=\"note\">" + base::html_escape(note) + "</p>";
  return own_page(200, "signed-out.html",
                  {text_field("title", "You are signed out"),
                   text_field("message", "Your session has ended, here and in the applications behind this address."),
                   text_field("next", "Sign in again"), shown, receipt_link(receipt_path)});
}

Response signed_out_of(std::string_view application, std::string_view receipt_path) {
  const std::string message =
      "You are signed out of \"" + std::string(application) + "\". Other applications stay signed in.";
  return own_page(200, "signed-out.html",
                  {text_field("title", "You are signed out"), text_field("message", message),
                   text_field("next", "Continue"), markup_field("note", {}), receipt_link(receipt_path)});
}

Response confirm_logout(std::string_view continue_to) {
  auto action = markup_field("action", "<p>To sign out, go to the application and sign out there.</p>");
  if (!continue_to.empty()) {
    action.html = "<p><a class=\"button\" href=\"" + base::html_escape(continue_to) + "\">Sign out</a></p>";
  }
  return own_page(200, "confirm.html", {action});
}

Response hosted_success() {
  return hosted_page(200, "Logout Success", "You are signed out. You can close this window.");
}

Response hosted_bad_request() {
  return hosted_page(400, "Bad request", "The link that led here does not say which application it is of.");
}

Response hosted_went_wrong() {
  return hosted_page(400, "Something went wrong",
                     "The link that led here is not one that this sign-in page knows. You are still signed in.");
}

Response error(int status, std::string_view title, std::string_view message, std::string_view request_id) {
  auto reference = markup_field("reference", {});
  if (!request_id.empty()) reference.html = ", reference " + base::html_escape(request_id);
  return own_page(status, "error.html",
                  {text_field("title", title), text_field("message", message),
                   text_field("status", std::to_string(status)), reference});
}

Response start_login(std::string_view url, std::string_view fragment_cookie_name, std::string_view cookie_attributes) {
  return own_page(200, "start-login.html",
                  {text_field("url", url), text_field("fragment_cookie", fragment_cookie_name),
                   text_field("cookie_attributes", cookie_attributes)},
                  &kStartLogin);
}

Response to_provider(std::string_view url, const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string inputs;
  for (const auto& [name, value] : fields) {
    inputs.append("<input type=\"hidden\" name=\"").append(base::html_escape(name));
    inputs.append("\" value=\"").append(base::html_escape(value)).append("\">\n");
  }
  // nobody knows over which hosts the provider sends the browser on its way back
  return own_page(200, "to-provider.html", {text_field("action", url), markup_field("fields", std::move(inputs))},
                  &kToProvider, "*");
}

}  // namespace router::http::pages
