#include "config/dialects/am.h"

#include <array>

#include "base/text.h"
#include "config/dialects/dialect.h"
#include "config/dialects/pages.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "config/validate.h"
#include "http/target.h"

namespace router::config {
namespace {

// Fields and cookies that mean something else already.
constexpr std::array<std::string_view, 4> kTakenNames = {"jsessionid", "origin", "x-csrf-token", "x-requested-with"};

Journey read_journey(const json& value) {
  Journey journey;
  journey.no_session = flag_member(value, "noSession", false);
  const json* details = object_member(value, "logoutDetails");
  if (details == nullptr) return journey;
  for (const auto& [key, text] : details->items()) {
    if (text.is_string()) journey.logout_details[key] = text.get<std::string>();
  }
  return journey;
}

void read_am(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "am");
  if (section == nullptr) return;
  Am& am = configuration.am.emplace();
  am.cookie_name = text_member(*section, "cookieName").value_or(am.cookie_name);
  am.realm = text_member(*section, "realm").value_or(am.realm);
  am.context_path = text_member(*section, "contextPath").value_or("");
  am.success_url = text_member(*section, "successUrl").value_or(am.success_url);
  am.post_logout_redirect_uris = texts_member(*section, "postLogoutRedirectUris");
  const json* journeys = object_member(*section, "journeys");
  if (journeys == nullptr) return;
  for (const auto& [name, entry] : journeys->items()) am.journeys[name] = read_journey(entry);
}

void check_cookie_name(const Report& report, const std::string& name) {
  if (base::holds_ignoring_case(kTakenNames, name) || header_fault(name, "")) {
    report.error("/am/cookieName",
                 unless_known(show(std::string_view(name)), "the name of a cookie and header of its own"));
  }
}

// A path that requests can have, as it is compared with theirs; "" and "/" by the caller.
void check_plain_path(const Report& report, const std::string& pointer, const std::string& path) {
  const auto normal = http::normalise_path(path);
  const bool plain = normal && *normal == path && !path.ends_with('/') && path.find("//") == std::string::npos &&
                     path.find_first_of("?#") == std::string::npos;
  if (!plain) {
    report.error(pointer, unless_known(show(std::string_view(path)), "a normalised path that does not end with /"));
  }
}

void check_journey(const Report& report, const std::string& name, const Journey& journey) {
  const std::string pointer = pointer_to("/am/journeys", name) + "/logoutDetails";
  if (journey.logout_details.contains("result")) {
    report.error(pointer + "/result",
                 {"the key \"result\"", "another key: the response has one of that name", {}, true});
  }
  if (journey.no_session && !journey.logout_details.empty()) {
    report.warning(pointer, {"details of a journey without session", "none: there is nothing to log out"});
  }
}

void validate_am(const Validation& validation) {
  if (!validation.configuration.am) return;
  const Am& am = *validation.configuration.am;
  const Report& report = validation.report;
  check_cookie_name(report, am.cookie_name);
  if (!am.context_path.empty()) check_plain_path(report, "/am/contextPath", am.context_path);
  if (am.realm != "/") check_plain_path(report, "/am/realm", am.realm);
  check_redirect_uris(report, "/am/postLogoutRedirectUris", am.post_logout_redirect_uris);
  for (const auto& [name, journey] : am.journeys) check_journey(report, name, journey);
  if (validation.configuration.providers.empty()) {
    report.warning("/am",
                   {"REST logins without an identity provider", "a binding of one", "until then they answer 503"});
  }
}

constexpr std::array kAmSpelling = {
    SpellingRule{"/am/realm", prefix_as_meant},
    SpellingRule{"/am/contextPath", prefix_as_meant},
};

}  // namespace

const Dialect kAm = {read_am, validate_am, nullptr, kAmSpelling};

}  // namespace router::config
