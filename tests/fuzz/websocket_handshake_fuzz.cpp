// A handshake that may pass comes from an origin that is allowed, whatever the rest of the request says. The
// input is the head of the request.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "http/url.h"
#include "http/websocket_handshake.h"
#include "net/parser.h"

using namespace router;
using fuzz::require;

namespace {

constexpr const char* kOwn = "https://app.example";
const std::vector<http::OriginRule> kAllowed{{"", "*.trusted.example", {}}, {"http", "one.example", 8080}};

void check_passing(const http::Request& request) {
  const auto& headers = request.headers;
  require(headers.count("Origin") == 1 && headers.count("Sec-WebSocket-Key") == 1 &&
              headers.count("Sec-WebSocket-Version") == 1,
          "every field is there once");
  require(headers.get("Sec-WebSocket-Key")->size() == 24, "the key has its length");
  require(request.body == http::BodyKind::none, "no body comes with it");
  const auto origin = http::parse_url(*headers.get("Origin"));
  require(origin.has_value(), "the origin is a URL");
  const bool ours = origin->scheme == "https" && origin->host == "app.example" && origin->port == 443;
  const bool one = origin->scheme == "http" && origin->host == "one.example" && origin->port == 8080;
  const bool trusted = origin->host.ends_with(".trusted.example") && origin->host.size() > 16;
  require(ours || one || trusted, "the origin is allowed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  http::is_allowed_websocket_origin(input, kOwn, kAllowed);
  http::is_allowed_websocket_origin(kOwn, input, {{"", std::string(input), {}}});
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const net::ParseLimits limits;
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser(request, trailers, limits);
  const auto parsed = parser.put_head(input.substr(0, end + 4));
  if (!parsed || !*parsed) return 0;
  const auto passes = http::check_websocket_handshake(request, kOwn, kAllowed);
  if (passes) check_passing(request);
  require(passes.has_value() || !passes.error().detail.empty(), "a refusal says why");
  return 0;
}
