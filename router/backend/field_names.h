// What kind of field a name stands for, on the way to a back-end and back.
//
// Names are folded first: lower case, "-" for what is neither letter nor digit. Pure, no allocation; any thread. See
// backend/forward_headers.h.
#pragma once

#include <array>
#include <string_view>

namespace router::backend {

enum class FieldKind {
  plain,         // passes
  dropped,       // hop-by-hop, framing, or set by the router
  identity,      // a claim about who the user is, as other front ends make it: FORWARD_IDENTITY_HEADERS
  router_only,   // speaks to a proxy, or for the user: no client's passes, a destination may have one of its own
  from_proxies,  // passes from TRUSTED_PROXIES only
  authorization,
  cookie,
  csrf_token,
};

// What gateways of back-ends (CGI, WSGI, PHP) make the same name of, is the same.
inline constexpr auto kFolded = [] {
  std::array<char, 256> folded{};
  folded.fill('-');
  for (char c = '0'; c <= '9'; ++c) folded[static_cast<unsigned char>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) {
    folded[static_cast<unsigned char>(c)] = c;
    folded[static_cast<unsigned char>(c - 'a' + 'A')] = c;
  }
  return folded;
}();
constexpr char fold(char c) { return kFolded[static_cast<unsigned char>(c)]; }

struct FieldName {
  FieldKind kind = FieldKind::plain;
  bool is_respelt = false;  // with other marks than "-", where it is no plain one
};

FieldName judge_request_field(std::string_view name);
// Whether what the configuration says for a destination is sent to it, with requests and with logout calls: not what the
// router, or the one connection, answers for.
bool may_be_configured(std::string_view name);

enum class AnswerFieldKind { plain, dropped, set_cookie, csrf_token, cors, clear_site_data, location };
AnswerFieldKind judge_answer_field(std::string_view name);

}  // namespace router::backend
