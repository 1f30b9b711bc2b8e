#include "identity/am_rest.h"

#include <utility>

#include "base/text.h"
#include "http/query.h"

namespace router::identity {
namespace {

constexpr std::string_view kRealms = "realms/";
constexpr std::string_view kRoot = "root";

// Removes `prefix` from the front; false if it is not there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void add_realm(std::string& realm, std::string_view name) {
  if (realm.size() > 1) realm.push_back('/');
  realm.append(name);
}

// realms/root/realms/alpha/realms/beta/<last>
std::optional<std::string> read_named_realms(std::string_view text, std::string_view last) {
  std::string realm = "/";
  for (bool first = true; take(text, kRealms); first = false) {
    const auto name = text.substr(0, text.find('/'));
    if (name.empty() || name.size() == text.size()) return std::nullopt;
    text.remove_prefix(name.size() + 1);
    // the root has a name of its own, but need not be named
    if (!first || name != kRoot) add_realm(realm, name);
  }
  return text == last ? std::optional(std::move(realm)) : std::nullopt;
}

// alpha/beta/<last>, as it was before there was realms/
std::optional<std::string> read_plain_realms(std::string_view text, std::string_view last) {
  std::string realm = "/";
  if (text == last) return realm;
  text.remove_suffix(last.size());
  for (bool first = true; !text.empty(); first = false) {
    const auto name = text.substr(0, text.find('/'));
    if (name.empty() || name.size() == text.size() || name == "realms") return std::nullopt;
    text.remove_prefix(name.size() + 1);
    if (!first || name != kRoot) add_realm(realm, name);
  }
  return realm;
}

// "2.1" -> 21; absent unless it is one digit, a dot and one digit, or one digit.
std::optional<int> version_of(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() == 1 && digit(0)) return (text[0] - '0') * 10;
  if (text.size() != 3 || text[1] != '.' || !digit(0) || !digit(2)) return std::nullopt;
  return (text[0] - '0') * 10 + (text[2] - '0');
}

bool is_accepted(std::string_view name, std::optional<int> version) {
  if (!version) return false;
  if (base::equals_ignoring_case(name, "resource")) return *version >= 20 && *version <= 51;
  return base::equals_ignoring_case(name, "protocol") && *version >= 10 && *version < 30;
}

}  // namespace

std::optional<RealmPath> read_realm_path(std::string_view path, std::string_view context, std::string_view root,
                                         std::string_view last) {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.ends_with(last)) return std::nullopt;
  if (!context.empty() && path.starts_with(context) && path.substr(context.size()).starts_with(root)) {
    path.remove_prefix(context.size());
  }
  if (!take(path, root) || !take(path, "/")) return std::nullopt;
  auto realm = path.starts_with(kRealms) ? read_named_realms(path, last) : read_plain_realms(path, last);
  return realm ? std::optional(RealmPath{*std::move(realm)}) : std::nullopt;
}

std::string realm_of(const RealmPath& path, std::string_view query) {
  if (path.realm != "/") return path.realm;
  auto named = http::query_value(query, "realm").value_or("/");
  if (!named.starts_with('/')) named.insert(0, "/");
  if (named.size() > 1 && named.ends_with('/')) named.pop_back();
  return named;
}

bool is_realm_within(std::string_view inner, std::string_view outer) {
  if (outer == "/" || inner == outer) return true;
  return inner.starts_with(outer) && inner.substr(outer.size()).starts_with('/');
}

bool accepts_api_version(const http::Headers& headers) {
  const auto field = headers.get("accept-api-version");
  if (!field) return true;
  for (const auto part : base::split(*field, ',')) {
    const auto [name, value] = base::cut(part, '=');
    if (!is_accepted(base::trim(name), version_of(base::trim(value.value_or(""))))) return false;
  }
  return headers.count("accept-api-version") == 1;
}

http::Response api_version_refused() {
  return rest_error(404,
                    "API version not supported: resource=2.0 to resource=5.1 and protocol=1.0 to protocol=2.9 are");
}

http::Response rest_answer(int status, std::string json) {
  auto response = http::json_response(status, std::move(json));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::Response rest_error(int status, std::string_view message) {
  std::string body = "{\"code\":" + std::to_string(status) + ",\"reason\":";
  body.append(base::json_quote(http::reason_phrase(status))).append(",\"message\":");
  body.append(base::json_quote(message)).append("}");
  return rest_answer(status, std::move(body));
}

http::Response rest_method_not_allowed(std::string_view allow) {
  auto response = rest_error(405, "Method not allowed");
  response.headers.add("Allow", allow);
  return response;
}

}  // namespace router::identity
