#include "login/rest_request.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/json_access.h"
#include "crypto/jose_json.h"
#include "http/query.h"
#include "identity/am_rest.h"
#include "login/encoded_words.h"

namespace router::login {
namespace {

using config::json;

constexpr std::string_view kUserField = "X-OpenAM-Username";
constexpr std::string_view kPasswordField = "X-OpenAM-Password";
constexpr std::size_t kMaxAuthId = 4096;
constexpr crypto::JsonBounds kBodyBounds{kMaxRestBody, 16, 1024};

std::optional<identity::RealmPath> realm_path(const config::Am& am, std::string_view path) {
  return identity::read_realm_path(path, am.context_path, "/json", "authenticate");
}

bool is_text(std::string_view text) { return base::is_valid_utf8(text) && text.find('\0') == std::string_view::npos; }

std::optional<std::string> header_text(const http::Headers& headers, std::string_view name) {
  const auto value = headers.get(name);
  if (!value) return std::nullopt;
  return decode_encoded_words(*value);
}

// The credentials of the header fields; absent unless there are both.
std::optional<RestCredentials> header_credentials(const http::Headers& headers) {
  auto user = header_text(headers, kUserField);
  auto password = header_text(headers, kPasswordField);
  if (!user || !password) return std::nullopt;
  return RestCredentials{std::move(*user), base::Secret(std::move(*password))};
}

bool is_json(const http::Request& request) {
  const auto type = request.headers.get("content-type");
  return type && base::equals_ignoring_case(base::trim(base::cut(*type, ';').before), "application/json");
}

// The value of the first input of the first callback of that type.
std::optional<std::string> callback_value(const json& body, std::string_view type) {
  const json* callbacks = config::array_member(body, "callbacks");
  if (callbacks == nullptr) return std::nullopt;
  for (const json& callback : *callbacks) {
    if (config::text_member(callback, "type") != type) continue;
    const json* inputs = config::array_member(callback, "input");
    if (inputs == nullptr || inputs->empty()) return std::nullopt;
    return config::text_member(inputs->front(), "value");
  }
  return std::nullopt;
}

// Parameters of the journey that come twice could mean two things.
bool has_repeated(const std::vector<http::QueryParameter>& parameters, std::string_view name) {
  return std::count_if(parameters.begin(), parameters.end(),
                       [&](const auto& parameter) { return parameter.name == name; }) > 1;
}

std::string callback_json(std::string_view type, std::string_view prompt, std::string_view input) {
  std::string text = "{\"type\":" + base::json_quote(type);
  text.append(",\"output\":[{\"name\":\"prompt\",\"value\":").append(base::json_quote(prompt));
  text.append("}],\"input\":[{\"name\":").append(base::json_quote(input)).append(",\"value\":\"\"}]}");
  return text;
}

}  // namespace

bool RestRequests::is_login(const http::Target& target) const { return realm_path(am_, target.path).has_value(); }

std::optional<http::Response> RestRequests::refusal(const http::Request& request) const {
  if (!request.is("POST")) return identity::rest_method_not_allowed("POST");
  if (!identity::accepts_api_version(request.headers)) return identity::api_version_refused();
  const auto path = realm_path(am_, request.target.path);
  if (!path || identity::realm_of(*path, request.target.query) != am_.realm)
    return identity::rest_error(404, "Realm not found");
  return std::nullopt;
}

std::variant<RestStart, http::Response> RestRequests::choose_journey(std::string_view query) const {
  const auto parameters = http::parse_query(query);
  for (const std::string_view name : {"authIndexType", "authIndexValue", "noSession", "realm"}) {
    if (has_repeated(parameters, name)) return identity::rest_error(400, "A parameter comes twice");
  }
  RestStart start;
  start.no_session = http::query_value(query, "noSession") == "true";
  const auto type = http::query_value(query, "authIndexType");
  const auto value = http::query_value(query, "authIndexValue");
  if (!type && !value) return start;
  if (type != "service" || !value) return identity::rest_error(400, "authIndexType is not supported: service is");
  const auto journey = am_.journeys.find(*value);
  if (journey == am_.journeys.end()) return identity::rest_error(401, "No Configuration found");
  start.journey = *value;
  start.no_session = start.no_session || journey->second.no_session;
  return start;
}

std::variant<RestAsk, http::Response> RestRequests::read(const http::Request& request, std::string_view body,
                                                         base::WallTime now) const {
  if (auto refused = refusal(request)) return std::move(*refused);
  auto chosen = choose_journey(request.target.query);
  if (auto* refused = std::get_if<http::Response>(&chosen)) return std::move(*refused);
  RestAsk ask{std::get<RestStart>(std::move(chosen)), header_credentials(request.headers)};
  const bool filled_in = !ask.credentials && !base::trim(body).empty();
  if (filled_in) {
    if (body.size() > kMaxRestBody) return identity::rest_error(413, "The body is too large");
    // What a form of another site cannot send.
    if (!is_json(request)) return identity::rest_error(415, "Content-Type application/json is expected");
    auto from_body = read_body(body, now);
    if (auto* refused = std::get_if<http::Response>(&from_body)) return std::move(*refused);
    auto& known = std::get<RestAsk>(from_body);
    known.start.no_session = known.start.no_session || ask.start.no_session;
    if (known.credentials) ask = std::move(known);
  }
  const auto& found = ask.credentials;
  if (found && (!is_text(found->user) || !is_text(found->password.reveal())))
    return identity::rest_error(400, "User or password is not UTF-8");
  return ask;
}

// {} asks for the callbacks, as no body does.
std::variant<RestAsk, http::Response> RestRequests::read_body(std::string_view body, base::WallTime now) const {
  const auto document = crypto::parse_json_object(body, kBodyBounds);
  if (!document) return identity::rest_error(400, "The body is not a JSON object");
  const json& root = *document;
  if (root.empty()) return RestAsk{};
  const auto auth_id = config::text_member(root, "authId");
  if (!auth_id) return identity::rest_error(400, "authId is missing");
  auto start = open(*auth_id, now);
  if (!start) return identity::rest_error(401, "Session has timed out");
  auto user = callback_value(root, "NameCallback");
  auto password = callback_value(root, "PasswordCallback");
  if (!user || !password) return identity::rest_error(400, "NameCallback and PasswordCallback are expected");
  return RestAsk{std::move(*start), RestCredentials{std::move(*user), base::Secret(std::move(*password))}};
}

// <seconds> <0|1> <journey>
std::string RestRequests::callbacks(const RestStart& start, base::WallTime now) const {
  const std::string text = std::to_string(base::unix_seconds(now)) + (start.no_session ? " 1 " : " 0 ") + start.journey;
  std::string answer = "{\"authId\":" + base::json_quote(box_.seal(text, am_.realm));
  answer.append(",\"template\":\"\",\"stage\":\"DataStore1\",\"header\":\"Sign in\",\"callbacks\":[");
  answer.append(callback_json("NameCallback", "User Name", "IDToken1")).append(",");
  answer.append(callback_json("PasswordCallback", "Password", "IDToken2")).append("]}");
  return answer;
}

std::optional<RestStart> RestRequests::open(std::string_view auth_id, base::WallTime now) const {
  if (auth_id.size() > kMaxAuthId) return std::nullopt;
  const auto text = box_.open(auth_id, am_.realm);
  if (!text) return std::nullopt;
  const auto [seconds, rest] = base::cut(*text, ' ');
  const auto [no_session, journey] = base::cut(rest.value_or(""), ' ');
  const auto begun = base::parse_unsigned(seconds);
  if (!begun || !journey) return std::nullopt;
  const auto age = base::unix_seconds(now) - static_cast<long long>(*begun);
  if (age < 0 || age > kAuthIdLifetime.count()) return std::nullopt;
  // A reload may have taken the journey away.
  if (!journey->empty() && !am_.journeys.contains(std::string(*journey))) return std::nullopt;
  return RestStart{std::string(*journey), no_session == "1"};
}

}  // namespace router::login
