#include "backend/field_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "base/text.h"

namespace router::backend {
namespace {

constexpr std::size_t kLongestKnown = 32;

template <class Kind>
struct Known {
  std::string_view name;
  Kind kind;
};

template <class Kind, std::size_t kCount>
constexpr std::array<Known<Kind>, kCount> sorted(std::array<Known<Kind>, kCount> names) {
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return a.name.size() != b.name.size() ? a.name.size() < b.name.size() : a.name < b.name;
  });
  return names;
}

// Where the names of each length begin: most fields are told apart by their length alone.
template <class Kind, std::size_t kCount>
constexpr auto offsets(const std::array<Known<Kind>, kCount>& names) {
  std::array<std::size_t, kLongestKnown + 2> begins{};
  for (std::size_t length = 0; length < begins.size(); ++length) {
    begins[length] = static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [&](const auto& known) { return known.name.size() < length; }));
  }
  return begins;
}

// Nearly every name is none of them, and told so without a comparison: by its length, its first and its last letter, which
// together have one of 256 places.
constexpr std::size_t place_of(std::string_view name) {
  if (name.empty()) return 0;
  return (name.size() * 37 + static_cast<unsigned char>(fold(name.front())) * 5 +
          static_cast<unsigned char>(fold(name.back()))) %
         256;
}
template <class Kind, std::size_t kCount>
constexpr auto places(const std::array<Known<Kind>, kCount>& names) {
  std::array<bool, 256> taken{};
  for (const auto& known : names) taken[place_of(known.name)] = true;
  return taken;
}

template <class Kind, std::size_t kCount>
constexpr std::array<Known<Kind>, kCount> in_order(std::array<Known<Kind>, kCount> prefixes) {
  std::sort(prefixes.begin(), prefixes.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return prefixes;
}

using enum FieldKind;
constexpr auto kRequestFields = sorted(std::to_array<Known<FieldKind>>({
    // hop-by-hop: RFC 9110 section 7.6.1
    {"connection", dropped},
    {"keep-alive", dropped},
    {"te", dropped},
    {"upgrade", dropped},
    {"http2-settings", dropped},
    // framing, and what is relayed by itself
    {"content-length", dropped},
    {"transfer-encoding", dropped},
    {"host", dropped},
    {"expect", dropped},
    // set by the router
    {"x-forwarded-for", dropped},
    {"x-forwarded-host", dropped},
    {"x-forwarded-proto", dropped},
    {"x-forwarded-path", dropped},
    {"x-xsr-sid", dropped},
    {"x-custom-host", dropped},  // for this router
    {"x-request-id", dropped},
    {"x-correlationid", dropped},
    {"traceparent", dropped},
    {"tracestate", dropped},
    // who the user is, as other front ends say it
    {"x-forwarded-user", identity},
    {"x-forwarded-email", identity},
    {"x-forwarded-groups", identity},
    {"x-forwarded-preferred-username", identity},
    {"x-forwarded-access-token", identity},
    {"x-forwarded-tls-client-cert", identity},
    {"auth-user", identity},
    {"remote-email", identity},
    {"remote-groups", identity},
    {"remote-name", identity},
    {"x-anonymous-consumer", identity},
    {"x-client-dn", identity},
    {"x-client-verify", identity},
    {"x-userinfo", identity},
    // where the request came from and for what, as proxies say it
    {"forwarded", from_proxies},
    {"x-forwarded-port", from_proxies},
    {"x-forwarded-prefix", from_proxies},
    {"x-forwarded-scheme", from_proxies},
    {"x-forwarded-server", from_proxies},
    {"x-forwarded-ssl", from_proxies},
    {"x-forwarded-client-cert", from_proxies},
    {"x-real-ip", from_proxies},
    {"x-original-url", from_proxies},
    {"x-rewrite-url", from_proxies},
    {"authorization", authorization},
    {"cookie", cookie},
    {"x-csrf-token", csrf_token},
}));
constexpr auto kRequestOffsets = offsets(kRequestFields);
constexpr auto kRequestPlaces = places(kRequestFields);

constexpr auto kRequestPrefixes = in_order(std::to_array<Known<FieldKind>>({
    {"proxy-", dropped},
    {"x-forwarded-", dropped},
    {"x-approuter-", dropped},
    {"sap-connectivity-", router_only},
    {"x-ias-token", router_only},
    // certificates of clients, as TLS ends say them
    {"client-cert", identity},  // RFC 9440
    {"ssl-client-", identity},
    {"x-amzn-mtls-", identity},
    {"x-arr-clientcert", identity},
    {"x-client-cert", identity},
    {"x-ssl-cert", identity},
    {"x-ssl-client-", identity},
    {"x-tls-client-", identity},
    // users, their claims and tokens
    {"cf-access-", identity},
    {"iv-", identity},      // WebSEAL
    {"mellon-", identity},  // mod_auth_mellon
    {"oidc-", identity},    // mod_auth_openidc
    {"remote-user", identity},
    {"shib-", identity},
    {"sm-authtype", identity},  // SiteMinder
    {"sm-serversession", identity},
    {"sm-universalid", identity},
    {"sm-user", identity},
    {"tailscale-user-", identity},
    {"x-amzn-oidc-", identity},
    {"x-auth-request-", identity},
    {"x-auth-user", identity},
    {"x-authenticated-", identity},
    {"x-authentik-", identity},
    {"x-consumer-", identity},
    {"x-credential-", identity},
    {"x-endpoint-api-userinfo", identity},
    {"x-goog-authenticated-", identity},
    {"x-goog-iap-", identity},
    {"x-ms-client-principal", identity},
    {"x-ms-token-", identity},
    {"x-pomerium-", identity},
    {"x-remote-", identity},
    {"x-vouch-", identity},
    {"x-webauth-", identity},
}));

// No one of them begins with another: which one is found does not hang on the order.
static_assert(std::adjacent_find(kRequestPrefixes.begin(), kRequestPrefixes.end(), [](const auto& a, const auto& b) {
                return b.name.starts_with(a.name);
              }) == kRequestPrefixes.end());

constexpr auto kAnswerFields = sorted(std::to_array<Known<AnswerFieldKind>>({
    {"connection", AnswerFieldKind::dropped},
    {"keep-alive", AnswerFieldKind::dropped},
    {"te", AnswerFieldKind::dropped},
    {"upgrade", AnswerFieldKind::dropped},
    {"content-length", AnswerFieldKind::dropped},
    {"transfer-encoding", AnswerFieldKind::dropped},
    {"set-cookie", AnswerFieldKind::set_cookie},
    {"set-cookie2", AnswerFieldKind::dropped},
    {"x-request-id", AnswerFieldKind::dropped},  // the router's own is on every answer
    {"x-logout-id", AnswerFieldKind::dropped},   // says that the router has logged somebody out
    {"x-csrf-token", AnswerFieldKind::csrf_token},
    {"access-control-allow-origin", AnswerFieldKind::cors},
    {"access-control-allow-credentials", AnswerFieldKind::cors},
    {"access-control-allow-methods", AnswerFieldKind::cors},
    {"access-control-allow-headers", AnswerFieldKind::cors},
    {"access-control-expose-headers", AnswerFieldKind::cors},
    {"access-control-max-age", AnswerFieldKind::cors},
    {"clear-site-data", AnswerFieldKind::clear_site_data},
    {"location", AnswerFieldKind::location},
}));
constexpr auto kAnswerOffsets = offsets(kAnswerFields);
constexpr auto kAnswerPlaces = places(kAnswerFields);

// Where the prefixes of each first letter begin; those of the last end with the list.
constexpr auto kRequestPrefixesOf = [] {
  std::array<std::size_t, 'z' - 'a' + 2> begins{};
  for (std::size_t letter = 0; letter < begins.size(); ++letter) {
    begins[letter] = static_cast<std::size_t>(std::count_if(
        kRequestPrefixes.begin(), kRequestPrefixes.end(),
        [&](const auto& prefix) { return static_cast<std::size_t>(prefix.name.front() - 'a') < letter; }));
  }
  return begins;
}();

// `known` is folded. From the end: most names of a length and kind begin alike.
bool ends_alike(std::string_view name, std::string_view known) {
  for (auto i = known.size(); i-- > 0;) {
    if (fold(name[i]) != known[i]) return false;
  }
  return true;
}

bool begins_with(std::string_view name, std::string_view folded) {
  if (name.size() < folded.size()) return false;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (fold(name[i]) != folded[i]) return false;
  }
  return true;
}

template <class Names, class Offsets, class Places>
auto find_known(const Names& names, const Offsets& begins, const Places& places, std::string_view name)
    -> decltype(names.data()) {
  if (name.size() > kLongestKnown || !places[place_of(name)]) return nullptr;
  for (auto i = begins[name.size()]; i < begins[name.size() + 1]; ++i) {
    if (ends_alike(name, names[i].name)) return &names[i];
  }
  return nullptr;
}

const Known<FieldKind>* find_prefix(std::string_view name) {
  const char first = name.empty() ? '-' : fold(name.front());
  if (first < 'a' || first > 'z') return nullptr;
  const auto letter = static_cast<std::size_t>(first - 'a');
  for (auto i = kRequestPrefixesOf[letter]; i < kRequestPrefixesOf[letter + 1]; ++i) {
    if (begins_with(name, kRequestPrefixes[i].name)) return &kRequestPrefixes[i];
  }
  return nullptr;
}

bool is_respelt(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c != '-' && fold(c) == '-'; });
}

}  // namespace

FieldName judge_request_field(std::string_view name) {
  const auto* known = find_known(kRequestFields, kRequestOffsets, kRequestPlaces, name);
  if (known == nullptr) known = find_prefix(name);
  return known != nullptr ? FieldName{known->kind, is_respelt(name)} : FieldName{};
}

bool may_be_configured(std::string_view name) {
  const auto kind = judge_request_field(name).kind;
  return kind != FieldKind::dropped && kind != FieldKind::cookie;
}

AnswerFieldKind judge_answer_field(std::string_view name) {
  const char first = name.empty() ? '-' : fold(name.front());
  const bool may_be_ours = first == 'p' || first == 's';
  if (may_be_ours && (begins_with(name, "proxy-") || begins_with(name, "sap-connectivity-")))
    return AnswerFieldKind::dropped;
  const auto* known = find_known(kAnswerFields, kAnswerOffsets, kAnswerPlaces, name);
  return known != nullptr ? known->kind : AnswerFieldKind::plain;
}

}  // namespace router::backend
