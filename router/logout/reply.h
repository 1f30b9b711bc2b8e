// The answer to a logout, in the form that its trigger asked for. Pure.
//
// Every answer is `no-store` and names the receipt (x-logout-id).
// Source: docs/contract/logout.md section 1 "POST", "Query parameters", "After logout nothing is left".
#pragma once

#include <string>
#include <vector>

#include "logout/plan.h"

namespace router::logout {

struct ReplyExtras {
  std::string logout_id;                 // empty: nothing was ended
  std::vector<std::string> set_cookies;  // that delete the session cookie, and lets the browser see its receipt
  bool has_receipt_link = false;
  bool is_known_everywhere = true;           // as of Execution
  std::vector<std::string> clear_site_data;  // "cookies", "storage" ..., empty = none
};

// `given`: the source's own answer, for ReplyForm::given.
http::Response make_reply(const Ending& ending, std::optional<http::Response> given, const ReplyExtras& extras);

}  // namespace router::logout
