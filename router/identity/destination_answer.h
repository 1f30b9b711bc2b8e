// What the destination service answers about one destination, as a Destination.
//
// Only HTTP, with NoAuthentication, BasicAuthentication or OAuth2ClientCredentials, or with PrincipalPropagation behind
// a Cloud Connector: whatever else a destination asks for is an error that names it, never a call without it. Pure; no value of
// a secret in an error. Source: SAP Destination service REST API, "find destination"; README of
// @sap/approuter, "Destination service".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "config/model.h"

namespace router::identity {

struct DestinationAnswer {
  config::Destination destination;
  // How long the Authorization that came along is good; absent: for ever.
  std::optional<base::seconds> good_for;
};

// The body of a 200. Errors: protocol (no such JSON), unavailable (a kind of destination that this router
// cannot call).
// `connectivity` null: none is bound, what is OnPremise cannot be called.
base::Result<DestinationAnswer> read_destination_answer(
    const std::string& name, std::string_view body,
    const std::shared_ptr<const config::Connectivity>& connectivity = nullptr);

}  // namespace router::identity
