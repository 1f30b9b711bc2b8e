#include "identity/stream_client.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "config/signal_events.h"
#include "crypto/jose_json.h"
#include "http/query.h"
#include "identity/claims.h"
#include "identity/faults.h"
#include "identity/metadata.h"
#include "identity/token_client.h"

namespace router::identity {

using base::Result;
using base::Task;
using nlohmann::json;

namespace {

constexpr std::string_view kPush = "urn:ietf:rfc:8935";
constexpr std::string_view kPoll = "urn:ietf:rfc:8936";
constexpr std::size_t kLargestPoll = 4 * 1024 * 1024;
constexpr std::size_t kMostStreams = 64;

bool is_good(const net::ClientResponse& response) { return response.status >= 200 && response.status < 300; }

base::Error refused_by(const char* what, const net::ClientResponse& response) {
  std::string detail = std::string(what) + ": status " + std::to_string(response.status);
  if (response.status == 404) return {base::ErrorCode::not_found, base::Side::identity_provider, std::move(detail)};
  if (response.status == 401 || response.status == 403) return refused_credential(std::move(detail));
  return bad_answer(std::move(detail), response.status >= 500);
}

config::IdentityProvider client_of(const config::SignalTransmitter& transmitter) {
  config::IdentityProvider client;
  client.name = client.url = client.issuer = transmitter.issuer;
  client.client_id = transmitter.client_id;
  client.client_secret = transmitter.client_secret;
  return client;
}

std::string said_of(const json& object, const char* name) {
  const auto text = string_claim(object, name);
  return text && *text ? **text : std::string();
}

// `delivery` may hold the secret that it pushes with.
Result<SignalStream> read_stream(json document) {
  SignalStream stream;
  stream.id = said_of(document, "stream_id");
  if (stream.id.empty()) return bad_answer("stream: no stream_id");
  const auto audience = document.find("aud");
  if (audience != document.end() && audience->is_string()) stream.audiences = {audience->get<std::string>()};
  if (audience != document.end() && audience->is_array()) {
    for (const auto& one : *audience) {
      if (one.is_string()) stream.audiences.push_back(one.get<std::string>());
    }
  }
  const auto delivery = document.find("delivery");
  if (delivery != document.end() && delivery->is_object()) {
    stream.is_polled = said_of(*delivery, "method") == kPoll;
    stream.endpoint = said_of(*delivery, "endpoint_url");
    delivery->erase("authorization_header");
  }
  stream.shown = base::json_text(document);
  return stream;
}

// An array, or one stream (section 8.1.1.2): both as an object, for the one reader of strangers' JSON.
Result<std::vector<SignalStream>> read_streams(const std::string& body) {
  const auto answer = crypto::parse_json_object("{\"streams\":" + body + "}");
  if (!answer || answer->size() != 1) return bad_answer("streams: the answer is no JSON");
  const auto& listed = answer->front();
  std::vector<SignalStream> streams;
  if (listed.is_object()) {
    auto one = read_stream(listed);
    if (!one) return one.error();
    streams.push_back(*std::move(one));
  }
  if (!listed.is_array()) return streams;
  if (listed.size() > kMostStreams) return bad_answer("streams: too many");
  for (const auto& item : listed) {
    if (!item.is_object()) return bad_answer("streams: one is no object");
    auto stream = read_stream(item);
    if (!stream) return stream.error();
    streams.push_back(*std::move(stream));
  }
  return streams;
}

json order_of(const StreamOrder& order) {
  json delivery{{"method", order.push_to.empty() ? kPoll : kPush}};
  if (!order.push_to.empty()) delivery["endpoint_url"] = order.push_to;
  if (!order.authorization.empty()) delivery["authorization_header"] = std::string(order.authorization.reveal());
  json wanted = json::array();
  for (const auto& event : order.events) wanted.push_back(event);
  return {{"delivery", std::move(delivery)}, {"events_requested", std::move(wanted)}, {"description", "xs-router"}};
}

std::string with_stream(const std::string& url, const std::string& id) {
  return http::append_query(url, http::query_pair("stream_id", id));
}

}  // namespace

StreamClient::StreamClient(config::SignalTransmitter transmitter, std::shared_ptr<TokenIssuers> issuers, Parts parts)
    : transmitter_(std::move(transmitter)),
      issuers_(std::move(issuers)),
      parts_(parts),
      client_(client_of(transmitter_)) {
  if (transmitter_.client_id.empty()) return;
  const auto& issuer = transmitter_.issuer;
  Discovery::Document document{issuer, issuer, discovery_url(issuer),
                               [issuer](std::string_view text) { return read_token_server(text, issuer); }};
  authorization_server_ = std::make_shared<Discovery>(std::move(document), parts_);
}

Task<Result<std::string>> StreamClient::endpoint(Endpoint which, std::string_view name) {
  auto* const issuer = issuers_->find(transmitter_.issuer);
  if (issuer == nullptr) co_return provider_unavailable("the transmitter is not configured any more");
  auto getting = issuer->metadata();
  const auto metadata = co_await getting;
  if (!metadata) co_return metadata.error();
  const std::string& url = (**metadata).*which;
  if (!url.empty()) co_return url;
  co_return base::Error{base::ErrorCode::not_found, base::Side::identity_provider,
                        "its metadata names no " + std::string(name)};
}

Task<Result<base::Secret>> StreamClient::authorization() {
  if (!authorization_server_)
    co_return transmitter_.delivery == config::SignalDelivery::poll ? transmitter_.authorization : base::Secret();
  if (!token_.empty() && parts_.clock.wall() < good_until_) co_return token_;
  auto getting = authorization_server_->get();
  const auto server = co_await getting;
  if (!server) co_return server.error();
  TokenClient client(client_, parts_);
  auto asking = client.client_credentials(*server);
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  token_ = base::Secret("Bearer " + std::string(answer->access_token.reveal()));
  good_until_ = parts_.clock.wall() + usable_life(*answer);
  co_return token_;
}

Task<Result<net::ClientResponse>> StreamClient::ask(Question question) {
  auto authorizing = authorization();
  const auto authorized = co_await authorizing;
  if (!authorized) co_return authorized.error();
  const auto url = http::parse_url(question.url);
  const auto issuer = http::parse_url(transmitter_.issuer);
  if (!url || (url->scheme != "https" && (url->scheme != "http" || !issuer || issuer->secure())))
    co_return bad_answer("an endpoint of the transmitter is not https");
  net::ClientRequest request;
  request.method = std::move(question.method);
  request.url = *url;
  request.headers = {{"Accept", "application/json"}};
  if (!authorized->empty()) request.headers.emplace_back("Authorization", std::string(authorized->reveal()));
  if (!question.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(question.body);
  request.timeout = question.timeout;
  request.max_body = question.max_body;
  request.tls.verify = parts_.verify_tls;
  request.side = base::Side::identity_provider;
  auto sending = parts_.client.send(std::move(request));
  auto answer = co_await sending;
  if (answer && answer->status == 401) token_ = base::Secret();
  co_return answer;
}

Task<Result<std::vector<SignalStream>>> StreamClient::streams() {
  auto finding = endpoint(&Metadata::stream_endpoint, "configuration_endpoint");
  auto url = co_await finding;
  if (!url) co_return url.error();
  Question question{.url = *std::move(url)};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (answer->status == 404) co_return std::vector<SignalStream>();
  if (!is_good(*answer)) co_return refused_by("streams", *answer);
  co_return read_streams(answer->body);
}

Task<Result<SignalStream>> StreamClient::create(StreamOrder order) {
  auto finding = endpoint(&Metadata::stream_endpoint, "configuration_endpoint");
  auto url = co_await finding;
  if (!url) co_return url.error();
  Question question{.method = "POST", .url = *std::move(url), .body = base::json_text(order_of(order))};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (!is_good(*answer)) co_return refused_by("stream", *answer);
  auto document = crypto::parse_json_object(answer->body);
  if (!document) co_return bad_answer("stream: the answer is not a JSON object");
  co_return read_stream(*std::move(document));
}

Task<Result<void>> StreamClient::remove(std::string id) {
  auto finding = endpoint(&Metadata::stream_endpoint, "configuration_endpoint");
  const auto url = co_await finding;
  if (!url) co_return url.error();
  Question question{.method = "DELETE", .url = with_stream(*url, id)};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (!is_good(*answer)) co_return refused_by("stream", *answer);
  co_return Result<void>();
}

Task<Result<std::string>> StreamClient::status(std::string id) {
  auto finding = endpoint(&Metadata::stream_status_endpoint, "status_endpoint");
  const auto url = co_await finding;
  if (!url) co_return url.error();
  Question question{.url = with_stream(*url, id)};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (!is_good(*answer)) co_return refused_by("status", *answer);
  const auto document = crypto::parse_json_object(answer->body);
  if (!document) co_return bad_answer("status: the answer is not a JSON object");
  co_return base::json_text(*document);
}

Task<Result<void>> StreamClient::verify(std::string id, std::string state) {
  auto finding = endpoint(&Metadata::verification_endpoint, "verification_endpoint");
  auto url = co_await finding;
  if (!url) co_return url.error();
  const json wanted{{"stream_id", id}, {"state", state}};
  Question question{.method = "POST", .url = *std::move(url), .body = base::json_text(wanted)};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (!is_good(*answer)) co_return refused_by("verification", *answer);
  co_return Result<void>();
}

Task<Result<PolledSets>> StreamClient::poll(std::string endpoint, PollRequest wanted) {
  Question question{.method = "POST",
                    .url = std::move(endpoint),
                    .body = poll_body(wanted),
                    .timeout = kPollTimeout,
                    .max_body = kLargestPoll};
  auto asking = ask(std::move(question));
  const auto answer = co_await asking;
  if (!answer) co_return answer.error();
  if (answer->status == 204 || answer->status == 202) co_return PolledSets();
  if (!is_good(*answer)) co_return refused_by("poll", *answer);
  co_return read_polled(answer->body);
}

}  // namespace router::identity
