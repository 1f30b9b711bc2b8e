// The router's own pages, made from static/*.html, which are compiled into the binary.
//
// Every value is HTML-escaped where it is filled in. All responses carry Cache-Control: no-store, a strict
// Content-Security-Policy (inline style and script by hash), X-Content-Type-Options and a Referrer-Policy;
// none refers to another resource. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace router::http::pages {

// "You are signed out"; `note` is one more sentence, for example that the provider could not be reached. `receipt_path`:
// of the page of receipt(); empty: no link there.
Response signed_out(std::string_view note = {}, std::string_view receipt_path = {});
// Of one application; the others stay signed in.
Response signed_out_of(std::string_view application, std::string_view receipt_path = {});

// What has become of telling one application that somebody has signed out.
struct Confirmation {
  enum class State { confirmed, not_confirmed, given_up, waiting };  // the later, the less is known
  std::string name;
  State state = State::waiting;
};
// Which applications have confirmed; updates itself while any of them is waited for.
Response receipt(const std::vector<Confirmation>& confirmations);
// For who may not see one, or no longer: 404.
Response no_receipt();
// Asks before a cross-site logout: one same-origin link to `continue_to`; empty (logout by POST): no link.
Response confirm_logout(std::string_view continue_to);
// The three pages of the hosted-login logout, worded as its clients know them ("Logout from Hosted Login").
Response hosted_success();
Response hosted_bad_request();
Response hosted_went_wrong();
// `title` and `message` are for people: no stack, no path, no internal host.
Response error(int status, std::string_view title, std::string_view message, std::string_view request_id);
// Keeps the #fragment of the address over a login: its script puts it into a cookie as
// login/fragment_cookie.h reads it (written as name=value and then `cookie_attributes` as they are, so ";
// Path=/; ..."), then goes to `url`. The callback appends it to its Location. An empty name keeps no
// fragment; without JavaScript the page goes to `url` all the same. `url` is a trusted http(s) URL or path.
Response start_login(std::string_view url, std::string_view fragment_cookie_name, std::string_view cookie_attributes);
// Posts `fields` to the identity provider at `url` by itself; without JavaScript there is a button.
Response to_provider(std::string_view url, const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace router::http::pages
