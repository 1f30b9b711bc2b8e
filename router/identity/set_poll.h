// Polling for security event tokens: what is asked, and what comes. Pure.
//
// An answer that has more tokens than were asked for, or names of them that nobody could acknowledge, is a fault of the
// transmitter. Errors: protocol. Source: RFC 8936 section 2.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "identity/security_event.h"

namespace router::identity {

inline constexpr std::size_t kMostPolled = 100;
inline constexpr std::size_t kLongestJti = 1024;

struct PollRequest {
  bool returns_immediately = false;
  std::vector<std::string> acknowledged;                    // on record
  std::vector<std::pair<std::string, RefusedSet>> refused;  // by jti; never accepted, however often they come
};

struct PolledSets {
  std::vector<std::pair<std::string, std::string>> sets;  // by jti, as the transmitter names them
};

// Why a token of ours was not accepted, for people: `err` and `description` of a JSON object, at most kLongestRefusal
// bytes; empty: it does not say. RFC 8935 section 2.3, RFC 8936 section 2.4.
inline constexpr std::size_t kLongestRefusal = 256;
std::string read_refusal(std::string_view body);

std::string poll_body(const PollRequest& ask);
base::Result<PolledSets> read_polled(std::string_view body);

}  // namespace router::identity
