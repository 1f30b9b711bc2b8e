// Sends one call of a logout, once. What is behind a Cloud Connector goes through the proxy of the connectivity service,
// with a token of the router's own that is good at that time: a call may wait for longer than one lives. So has what is
// told by a logout token.
//
// Owner: FanOut. Background loop. Errors: those of net::HttpClient and identity::ClientTokens.
// Source: docs/contract/html5.md section 3.
#pragma once

#include <memory>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "identity/client_tokens.h"
#include "logout/call.h"
#include "logout/logout_tokens.h"
#include "logout/signal_queue.h"
#include "net/http_client.h"

namespace router::logout {

class CallSender {
 public:
  CallSender(net::HttpClient& client, base::Loop& loop) : client_(client), loop_(loop) {}

  // Who makes the logout tokens; without it none goes out.
  void use_logout_tokens(const LogoutTokens& tokens) { logout_tokens_ = &tokens; }
  // Where subscribers fetch what is theirs; without it that waits.
  void use_signal_queue(SignalQueue& queue) { queue_ = &queue; }
  void use_client_tokens(std::shared_ptr<identity::ClientTokens> tokens) { tokens_ = std::move(tokens); }
  // `at_most`: how long a subscriber may take to fetch it. Of a signal that is not accepted (400) the body is why, for
  // people.
  base::Task<base::Result<net::ClientResponse>> send(CallPtr call, std::shared_ptr<const CallTarget> target,
                                                     bool with_token, base::milliseconds at_most);

 private:
  base::Task<base::Result<net::ClientResponse>> offer(CallPtr call, std::shared_ptr<const CallTarget> target,
                                                      std::string token, base::milliseconds at_most);

  net::HttpClient& client_;
  base::Loop& loop_;
  std::shared_ptr<identity::ClientTokens> tokens_;
  const LogoutTokens* logout_tokens_ = nullptr;
  SignalQueue* queue_ = nullptr;
};

}  // namespace router::logout
