// What the router asks of a transmitter of shared signals: which streams it has there, and the tokens of one that is
// polled.
//
// Asked with a token of the transmitter's authorization server (client credentials, kept until a minute before it
// expires, another one after a 401), else with the configured Authorization, where the transmitter is polled. Endpoints
// are those of its metadata, and https below an https issuer. Units: 10 s a call, 30 s a poll; answers up to 256 KiB, of
// polls 4 MiB. Owner: who asks, by shared_ptr, for as long as a Task runs. Background loop. Errors: unavailable (metadata
// or token are not to be had), not_found (the transmitter offers no such endpoint, or has no such stream),
// unauthenticated, protocol, and those of net::HttpClient. Source: OpenID Shared Signals Framework 1.0 sections 7 and 8.1;
// RFC 8936 section 2.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/dialects/signals.h"
#include "identity/discovery.h"
#include "identity/set_poll.h"
#include "identity/token_issuer.h"

namespace router::identity {

struct SignalStream {
  std::string id;
  std::vector<std::string> audiences;
  bool is_polled = false;
  std::string endpoint;  // where it is polled, or pushes to
  std::string shown;     // JSON, as the transmitter describes it, without secrets
};

struct StreamOrder {
  std::string push_to;         // empty: it will be polled
  base::Secret authorization;  // of its requests; may be empty
  std::vector<std::string> events;
};

class StreamClient {
 public:
  static constexpr base::milliseconds kPollTimeout{30'000};

  StreamClient(config::SignalTransmitter transmitter, std::shared_ptr<TokenIssuers> issuers, Parts parts);

  base::Task<base::Result<std::vector<SignalStream>>> streams();
  base::Task<base::Result<SignalStream>> create(StreamOrder order);
  base::Task<base::Result<void>> remove(std::string id);
  // JSON: `status` and perhaps `reason`.
  base::Task<base::Result<std::string>> status(std::string id);
  // The transmitter sends a verification event with that state.
  base::Task<base::Result<void>> verify(std::string id, std::string state);
  base::Task<base::Result<PolledSets>> poll(std::string endpoint, PollRequest ask);

  const config::SignalTransmitter& transmitter() const { return transmitter_; }

 private:
  using Endpoint = std::string Metadata::*;
  struct Question {
    std::string method = "GET";
    std::string url;
    std::string body = {};
    base::milliseconds timeout{10'000};
    std::size_t max_body = 256 * 1024;
  };
  base::Task<base::Result<std::string>> endpoint(Endpoint which, std::string_view name);
  base::Task<base::Result<base::Secret>> authorization();
  base::Task<base::Result<net::ClientResponse>> ask(Question question);

  const config::SignalTransmitter transmitter_;
  const std::shared_ptr<TokenIssuers> issuers_;
  const Parts parts_;
  config::IdentityProvider client_;                  // of its authorization server
  std::shared_ptr<Discovery> authorization_server_;  // null: none is asked
  base::Secret token_;
  base::WallTime good_until_;
};

}  // namespace router::identity
