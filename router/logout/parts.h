// What logging out is made of.
//
// Given by app/wiring, one for each configuration; all that is referred to outlives it. Copied; background
// loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/route_set.h"
#include "base/clock.h"
#include "base/loop.h"
#include "config/model.h"
#include "http/external.h"
#include "http/message.h"
#include "identity/providers.h"
#include "identity/token_issuer.h"
#include "logout/fan_out.h"
#include "logout/ongoing.h"
#include "logout/receipt.h"
#include "logout/receipt_link.h"
#include "logout/return_states.h"
#include "logout/signal_queue.h"
#include "session/live_connections.h"
#include "session/store.h"

namespace router::logout {

// A destination of the destination service for a tenant (its subdomain, empty for the provider), without waiting; null:
// it is not known yet, but asked for.
using FindDestination =
    std::function<std::shared_ptr<const config::Destination>(const std::string& name, const std::string& tenant)>;
// The Set-Cookie values that delete the session cookie, with exactly the attributes it was set with, and
// those of logins on their way.
using CookieDeletion = std::function<std::vector<std::string>(const http::External&, const http::Request&)>;

// The Set-Cookie value that lets the browser see its receipts; `value` is sealed already.
using ReceiptCookie = std::function<std::string(std::string value, const http::External&, const http::Request&)>;

struct Parts {
  std::shared_ptr<const config::Configuration> config;
  std::shared_ptr<identity::Providers> providers;
  session::Store& store;
  session::LiveConnections& live;
  FanOut& fan_out;
  Receipts& receipts;
  ReturnStates& states;
  Ongoing& ongoing;
  base::Loop& background;
  const base::Clock& clock;
  std::shared_ptr<const backend::RouteSet> routes = nullptr;  // of the descriptor; null: none is known
  FindDestination find_destination = {};                      // may be empty
  CookieDeletion delete_cookies = {};                         // may be empty
  ReceiptLinks* receipt_links = nullptr;                      // null: there are none
  ReceiptCookie make_receipt_cookie = {};                     // may be empty
  // Whose signals count, and who may ask for a global revocation; null: nobody.
  std::shared_ptr<identity::TokenIssuers> transmitters = nullptr;
  std::shared_ptr<identity::TokenIssuers> revokers = nullptr;
  // How the `txn` of what this router tells others begins (logout/logout_tokens.h); empty: it tells nobody.
  std::string own_transactions = {};
  SignalQueue* signal_queue = nullptr;  // null: nobody polls
};

}  // namespace router::logout
