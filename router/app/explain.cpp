#include "app/explain.h"

#include <algorithm>

#include "app/explain_text.h"
#include "app/wiring.h"
#include "base/log.h"
#include "base/text.h"
#include "config/allowed_hosts.h"
#include "config/files.h"
#include "http/url.h"
#include "http/websocket_handshake.h"
#include "pipeline/explanation.h"
#include "pipeline/stages/stages.h"

namespace router::app {
namespace {

constexpr int kExplained = 0;
constexpr int kNoConfiguration = 1;
constexpr int kNoRequest = 2;

// The request, and where it comes in; its views refer to the ExplainRequest.
struct Asked {
  http::Request request;
  std::string host;
  net::Endpoints at;
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

// Where a path alone is asked for: a host of the application's own.
std::string own_host(const config::Environment& environment) {
  const auto& allowed = environment.allowed_hosts;
  const auto is_whole = [](const std::string& host) { return host.find('*') == std::string::npos; };
  if (allowed.empty() || config::names_host(allowed, "localhost"))
    return "localhost:" + std::to_string(environment.port);
  const auto named = std::find_if(allowed.begin(), allowed.end(), is_whole);
  return named == allowed.end() ? "any" + allowed.front().substr(1) : *named;
}

// A URL is what the address bar shows: its host and scheme, at the router's port.
base::Result<void> read_request(const ExplainRequest& from, const config::Configuration& config, Asked& asked) {
  const auto& environment = config.environment;
  auto& request = asked.request;
  request.method = from.method;
  if (auto read = read_headers(from, request); !read) return read;
  auto target = http::parse_target(from.method, from.url);
  if (!target) return no_request("the router answers 400 to this URL: " + target.error().detail);
  request.target = std::move(*target);
  const auto url = http::parse_url(from.url);
  asked.host = url ? url->authority() : own_host(environment);
  if (!request.headers.contains("Host")) request.headers.add("Host", asked.host);
  request.is_upgrade = http::asks_for_websocket(request);
  const bool only_secure = !environment.tls_cert.empty() || environment.secure_session_cookie.value_or(false);
  asked.at = {.peer_address = "127.0.0.1", .local_port = environment.port, .tls = url ? url->secure() : only_secure};
  return {};
}

// Whatever application the request names, FILE is what the repository has of it.
base::Result<void> take_application(const pipeline::Graph& graph, const ExplainRequest& from, const Asked& asked) {
  if (from.application.empty()) return {};
  if (!graph.applications) return no_request("--app without a bound HTML5 repository");
  std::string reason;
  auto text = config::read_whole_file(from.application, applications::Repository::kLongestDescriptor, reason);
  if (!text) return no_request("--app " + from.application + ": " + reason);
  auto name = applications::name_of(asked.request.target.path, graph.applications->repository().binding());
  if (!name) return {};
  pipeline::RequestState state(asked.request, graph, asked.at);
  if (auto sane = pipeline::sanitize(state); !sane) return {};
  auto tenant = applications::tenant_of(state.external, *graph.config);
  auto taken = graph.applications->take(std::move(*name), std::move(tenant), *std::move(text));
  if (!taken) return no_request("--app " + from.application + ": " + taken.error().detail);
  return {};
}

// Of the whole configuration's warnings those about `place` or what is below.
void add_warnings(const config::Issues& issues, const std::string& place, pipeline::Told& told) {
  const auto is_below = [&](const std::string& pointer) {
    return pointer == place || pointer.starts_with(place + "/");
  };
  for (auto& issue : issues.sorted()) {
    if (issue.severity != config::Severity::warning) continue;
    auto places = std::move(issue.more_places);
    places.insert(places.begin(), {issue.pointer, issue.position});
    for (const auto& [pointer, position] : places) {
      if (!is_below(pointer)) continue;
      auto here = issue;
      here.pointer = pointer;
      here.position = position;
      here.more_places.clear();
      told["warnings"].push_back(to_text(here));
    }
  }
}

}  // namespace

base::Result<nlohmann::ordered_json> explain_request(const pipeline::Graph& graph, const ExplainRequest& request,
                                                     const config::Issues& issues) {
  Asked asked;
  if (auto read = read_request(request, *graph.config, asked); !read) return read.error();
  if (auto taken = take_application(graph, request, asked); !taken) return taken.error();
  auto explanation = pipeline::explain(graph, asked.request, asked.at);
  if (!explanation.place.empty()) add_warnings(issues, explanation.place, explanation.told);
  return std::move(explanation.told);
}

int explain(const config::LoadInput& input, const ExplainRequest& request, bool json, std::ostream& out,
            std::ostream& faults) {
  const auto loaded = config::load(input);
  if (!loaded.configuration) {
    faults << to_text(loaded.issues);
    return kNoConfiguration;
  }
  base::configure_log(base::LogLevel::off, base::LogFormat::text);
  net::AsioLoop loop;
  // nothing of what the router has kept is read
  auto state = State::open(config::Environment());
  if (!state) {
    faults << state.error().detail << "\n";
    return kNoConfiguration;
  }
  Parts parts(*loaded.configuration, std::move(*state), loop);
  const auto graph = make_graph(loaded.configuration, parts, parts.bind(*loaded.configuration));
  const auto explanation = explain_request(*graph, request, loaded.issues);
  if (!explanation) {
    faults << explanation.error().detail << "\n";
    return kNoRequest;
  }
  out << (json ? explanation->dump(2) + "\n" : explanation_text(*explanation));
  return kExplained;
}

}  // namespace router::app
