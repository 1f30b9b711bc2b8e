#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "config/validate.h"
#include "http/target.h"

namespace router::config {
namespace {

// Fields and cookies that mean something else already.
constexpr std::array<std::string_view, 4> kTakenNames = {"jsessionid", "origin", "x-csrf-token",
                                                         "x-requested-with"};

// `am` and `hostedLogin`.
class DialectCheck {
 public:
  explicit DialectCheck(const Validation& validation)
      : configuration_(validation.configuration), report_(validation.report) {}

  void run() const {
    if (configuration_.am) check_am(*configuration_.am);
    if (configuration_.hosted_login) check_hosted(*configuration_.hosted_login);
  }

 private:
  void error(const std::string& pointer, std::string_view found, std::string expected) const {
    report_.error(pointer, {show(found), std::move(expected), {}, false, true});
  }

  void check_redirect_uris(const std::string& pointer, const std::vector<std::string>& uris) const {
    for (std::size_t i = 0; i < uris.size(); ++i) {
      const auto colon = uris[i].find(':');
      const bool plain =
          std::all_of(uris[i].begin(), uris[i].end(), [](char c) { return c > 0x20 && c < 0x7F; });
      const bool http = uris[i].starts_with("http:") || uris[i].starts_with("https:");
      // Native applications register schemes of their own.
      if (colon != std::string::npos && colon > 0 && plain && (!http || http::parse_url(uris[i]))) continue;
      error(pointer_to(pointer, i), uris[i], "an absolute URI");
    }
  }

  void check_cookie_name(const std::string& name) const {
    if (base::holds_ignoring_case(kTakenNames, name) || header_fault(name, ""))
      error("/am/cookieName", name, "the name of a cookie and header of its own");
  }

  // A path that requests can have, as it is compared with theirs; "" and "/" by the caller.
  void check_plain_path(const std::string& pointer, const std::string& path) const {
    const auto normal = http::normalise_path(path);
    const bool plain = normal && *normal == path && !path.ends_with('/') &&
                       path.find("//") == std::string::npos && path.find_first_of("?#") == std::string::npos;
    if (!plain) error(pointer, path, "a normalised path that does not end with /");
  }

  void check_am(const Am& am) const {
    check_cookie_name(am.cookie_name);
    if (!am.context_path.empty()) check_plain_path("/am/contextPath", am.context_path);
    if (am.realm != "/") check_plain_path("/am/realm", am.realm);
    check_redirect_uris("/am/postLogoutRedirectUris", am.post_logout_redirect_uris);
    for (const auto& [name, journey] : am.journeys) check_journey(name, journey);
    if (configuration_.providers.empty()) {
      report_.warning("/am", {"REST logins without an identity provider", "a binding of one",
                              "until then they answer 503"});
    }
  }

  void check_journey(const std::string& name, const Journey& journey) const {
    const std::string pointer = pointer_to("/am/journeys", name) + "/logoutDetails";
    if (journey.logout_details.contains("result")) {
      report_.error(pointer + "/result",
                    {"the key \"result\"", "another key: the response has one of that name", {}, true});
    }
    if (journey.no_session && !journey.logout_details.empty()) {
      report_.warning(pointer, {"details of a journey without session", "none: there is nothing to log out"});
    }
  }

  void check_hosted(const HostedLogin& hosted) const {
    for (const auto& [id, client] : hosted.clients) {
      const std::string pointer = pointer_to("/hostedLogin/clients", id);
      if (id.empty()) error(pointer, id, "a client_id");
      check_redirect_uris(pointer + "/redirectUris", client.redirect_uris);
    }
  }

  const Configuration& configuration_;
  const Report& report_;
};

}  // namespace

void validate_dialects(const Validation& validation) {
  DialectCheck(validation).run();
}

}  // namespace router::config
