#include "identity/destination_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"
#include "http/headers.h"
#include "http/written_url.h"

namespace router::identity {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxTimeout = 24ULL * 60 * 60 * 1000;
constexpr std::string_view kPropagation = "PrincipalPropagation";
constexpr std::string_view kTimeout = "HTML5.Timeout";
constexpr std::string_view kUrlHeaders = "URL.headers.";

base::Error unusable(const std::string& name, const std::string& what) {
  return {base::ErrorCode::unavailable, base::Side::router, "destination " + name + ": " + what};
}

base::Error malformed(const std::string& what) {
  return {base::ErrorCode::protocol, base::Side::router, "destination service: " + what, true};
}

// Properties are strings there; some clients write real numbers and booleans.
std::string text(const json& properties, std::string_view key) {
  const auto found = properties.find(key);
  if (found == properties.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool flag(const json& properties, std::string_view key, bool otherwise) {
  const auto value = text(properties, key);
  return value.empty() ? otherwise : base::equals_ignoring_case(value, "true");
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool is_on_premise(const json& properties) {
  return base::equals_ignoring_case(text(properties, "ProxyType"), "OnPremise");
}

// An empty result: everything this router can call.
std::string what_is_unsupported(const json& properties, bool has_connectivity) {
  const auto type = text(properties, "Type");
  if (!type.empty() && !base::equals_ignoring_case(type, "HTTP")) return "Type " + type + " is not supported";
  const bool on_premise = is_on_premise(properties);
  if (on_premise && !has_connectivity) return "ProxyType OnPremise without a bound connectivity service";
  if (on_premise && flag(properties, "HTML5.ForwardAuthToken", false)) {
    return "HTML5.ForwardAuthToken beside ProxyType OnPremise";
  }
  if (const auto timeout = text(properties, kTimeout); !timeout.empty() && !base::parse_unsigned(timeout)) {
    return "HTML5.Timeout is no number";
  }
  if (!text(properties, "HTML5.IASDependencyName").empty()) return "HTML5.IASDependencyName is not supported";
  const auto authentication = text(properties, "Authentication");
  if (authentication == kPropagation) return on_premise ? "" : "PrincipalPropagation without ProxyType OnPremise";
  const bool known = authentication.empty() || authentication == "NoAuthentication" ||
                     authentication == "BasicAuthentication" || authentication == "OAuth2ClientCredentials";
  return known ? "" : "Authentication " + authentication + " is not supported";
}

void read_properties(const json& properties, config::Destination& destination) {
  destination.forward_auth_token = flag(properties, "HTML5.ForwardAuthToken", false);
  destination.forward_auth_certificates = flag(properties, "HTML5.ForwardAuthCertificates", false);
  destination.preserve_host_header = flag(properties, "HTML5.PreserveHostHeader", false);
  destination.set_x_forwarded_headers = flag(properties, "HTML5.SetXForwardedHeaders", true);
  destination.allows_dynamic = flag(properties, "HTML5.DynamicDestination", false);
  destination.strict_ssl = !flag(properties, "TrustAll", false);
  destination.strict_connections = flag(properties, "HTML5.StrictConnectionMode", false);
  const auto timeout = base::parse_unsigned(text(properties, kTimeout));
  if (timeout && *timeout > 0 && *timeout <= kMaxTimeout) {
    destination.timeout = base::milliseconds(static_cast<long long>(*timeout));
  }
}

// What would break the request, or speak for the router, is left out.
void add_header(config::Destination& destination, std::string name, std::string value) {
  const bool ours = base::equals_ignoring_case(name, "Authorization") || base::equals_ignoring_case(name, "Cookie");
  if (ours || !http::is_token(name) || !is_field_value(value)) return;
  destination.headers.push_back({std::move(name), std::move(value)});
}

void read_headers(const json& properties, config::Destination& destination) {
  if (const auto client = text(properties, "sap-client"); !client.empty()) {
    add_header(destination, "sap-client", client);
  }
  for (const auto& [key, value] : properties.items()) {
    if (key.starts_with(kUrlHeaders)) add_header(destination, key.substr(kUrlHeaders.size()), text(properties, key));
  }
}

// Basic: from user and password; OAuth: the token that the service fetched.
base::Result<void> read_authorization(const std::string& name, const json& answer, const json& properties,
                                      DestinationAnswer& read) {
  const auto kind = text(properties, "Authentication");
  if (kind.empty() || kind == "NoAuthentication" || kind == kPropagation) return {};
  read.destination.forward_auth_token = false;
  if (kind == "BasicAuthentication") {
    const auto user = text(properties, "User");
    if (user.empty()) return unusable(name, "BasicAuthentication without User");
    const auto pair = user + ":" + text(properties, "Password");
    read.destination.authorization = base::Secret("Basic " + crypto::base64_encode(pair));
    return {};
  }
  const auto tokens = answer.find("authTokens");
  if (tokens == answer.end() || !tokens->is_array() || tokens->empty() || !tokens->front().is_object()) {
    return unusable(name, "no token came with it");
  }
  const json& token = tokens->front();
  const auto header = token.find("http_header");
  const auto value = header != token.end() && header->is_object() ? text(*header, "value") : "";
  if (value.empty() || !is_field_value(value)) {
    return unusable(name, "the destination service could not fetch its token");
  }
  read.destination.authorization = base::Secret(value);
  if (const auto lifetime = base::parse_unsigned(text(token, "expires_in"))) {
    read.good_for = base::seconds(static_cast<long long>(std::min<std::uint64_t>(*lifetime, 86'400)));
  }
  return {};
}

}  // namespace

base::Result<DestinationAnswer> read_destination_answer(
    const std::string& name, std::string_view body, const std::shared_ptr<const config::Connectivity>& connectivity) {
  const auto answer = crypto::parse_json_object(body);
  if (!answer) return malformed("the answer is not a JSON object");
  const auto properties = answer->find("destinationConfiguration");
  if (properties == answer->end() || !properties->is_object()) return malformed("no destinationConfiguration");
  if (const auto reason = what_is_unsupported(*properties, connectivity != nullptr); !reason.empty())
    return unusable(name, reason);

  DestinationAnswer read;
  read.destination.name = name;
  const auto url = http::parse_written_url(text(*properties, "URL"));
  if (!url) return unusable(name, "its URL is none with http, https, ws or wss");
  read.destination.url = *url;
  read_properties(*properties, read.destination);
  read_headers(*properties, read.destination);
  if (is_on_premise(*properties)) {
    read.destination.is_on_premise = true;
    read.destination.connectivity = connectivity;
    read.destination.location_id = text(*properties, "CloudConnectorLocationId");
    read.destination.propagates_user = text(*properties, "Authentication") == kPropagation;
    if (!is_field_value(read.destination.location_id)) return unusable(name, "CloudConnectorLocationId is no text");
  }
  if (auto authorized = read_authorization(name, *answer, *properties, read); !authorized) return authorized.error();
  return read;
}

}  // namespace router::identity
