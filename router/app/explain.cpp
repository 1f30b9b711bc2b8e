#include "app/explain.h"

#include <nlohmann/json.hpp>

#include "app/explain_text.h"
#include "app/explanation.h"
#include "app/wiring.h"
#include "base/log.h"
#include "base/text.h"
#include "http/url.h"

namespace router::app {
namespace {

constexpr int kExplained = 0;
constexpr int kNoConfiguration = 1;
constexpr int kNoRequest = 2;

// The request as the stages would see it; its views refer to `from`.
struct Asked {
  http::Request request;
  http::External external;
};

base::Error no_request(std::string detail) {
  return {base::ErrorCode::bad_request, base::Side::client, std::move(detail)};
}

base::Result<void> read_headers(const ExplainRequest& from, http::Request& request) {
  for (const auto& header : from.headers) {
    const auto [name, value] = base::cut(header, ':');
    if (name.empty() || !value) return no_request("-H wants \"Name: value\", not \"" + header + "\"");
    request.headers.add(base::trim(name), base::trim(*value));
  }
  return {};
}

base::Result<Asked> read_request(const ExplainRequest& from, const config::Configuration& config) {
  Asked asked;
  asked.request.method = from.method;
  if (auto read = read_headers(from, asked.request); !read) return read.error();
  auto target = http::parse_target(from.method, from.url);
  if (!target) return no_request("the router answers 400 to this URL: " + target.error().detail);
  asked.request.target = std::move(*target);

  const auto& headers = asked.request.headers;
  asked.request.is_upgrade = asked.request.is("GET") && headers.has_token("Connection", "upgrade") &&
                             headers.has_token("Upgrade", "websocket");
  const auto url = http::parse_url(from.url);
  asked.external.scheme = url ? url->scheme : config.environment.tls_cert.empty() ? "http" : "https";
  asked.external.authority = "localhost:" + std::to_string(config.environment.port);
  if (const auto host = asked.request.headers.get("Host")) asked.external.authority = base::to_lower(*host);
  if (url) asked.external.authority = url->authority();
  asked.external.client_address = asked.external.peer_address = "127.0.0.1";
  return asked;
}

}  // namespace

int explain(const config::LoadInput& input, const ExplainRequest& request, bool json, std::ostream& out,
            std::ostream& faults) {
  const auto loaded = config::load(input);
  if (!loaded.configuration) {
    faults << to_text(loaded.issues);
    return kNoConfiguration;
  }
  base::configure_log(base::LogLevel::off, base::LogFormat::text);
  const auto asked = read_request(request, *loaded.configuration);
  if (!asked) {
    faults << asked.error().detail << "\n";
    return kNoRequest;
  }
  net::AsioLoop loop;
  Parts parts(*loaded.configuration, loop);
  const auto graph = make_graph(loaded.configuration, parts, parts.bind(*loaded.configuration));
  const auto explanation = make_explanation(*graph, asked->request, asked->external, loaded.issues);
  out << (json ? explanation.dump(2) + "\n" : explanation_text(explanation));
  return kExplained;
}

}  // namespace router::app
