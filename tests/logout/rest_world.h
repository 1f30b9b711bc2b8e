// The world of the REST dialect: a realm, a context path, and ada logged in by a journey with details.
#pragma once

#include <map>
#include <string>

#include "logout/world.h"

namespace router::test {

using Details = std::map<std::string, std::string>;

// A router as in the examples of "Set Logout Details node", and ada logged in by myJourney.
struct RestWorld : World {
  explicit RestWorld(Details details = {{"clear_all_caches", "true"}}) {
    config::Am am;
    am.realm = "/alpha";
    am.context_path = "/am";
    am.post_logout_redirect_uris = {"https://app.example.com/bye", "https://app.example.com/bye?x=1"};
    config.am = am;
    config.destinations["bank"] = make_destination("bank");
    bind(config::ProviderKind::oidc);
    auto made = make_session();
    made.logout_details = std::move(details);
    session = log_in(std::move(made));
  }
  std::string token() const { return std::string(session->id.reveal()); }
  std::optional<http::Response> post(std::string_view url, const HeaderList& fields) {
    const Request request("POST", url, fields);
    return send(request);
  }
  bool is_live() { return find(session->id) != nullptr; }

  session::Snapshot session;
};

}  // namespace router::test
