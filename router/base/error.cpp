#include "base/error.h"

namespace router::base {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_request:
      return "bad_request";
    case ErrorCode::uri_too_long:
      return "uri_too_long";
    case ErrorCode::head_too_large:
      return "head_too_large";
    case ErrorCode::body_too_large:
      return "body_too_large";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::closed:
      return "closed";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::protocol:
      return "protocol";
    case ErrorCode::overloaded:
      return "overloaded";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::invalid_config:
      return "invalid_config";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::string_view to_string(Side side) {
  switch (side) {
    case Side::client:
      return "client";
    case Side::back_end:
      return "back_end";
    case Side::identity_provider:
      return "identity_provider";
    case Side::store:
      return "store";
    case Side::router:
      return "router";
  }
  return "router";
}

std::string describe(const Error& error) {
  std::string text;
  text.append(to_string(error.code)).append(" (").append(to_string(error.side)).append("): ").append(error.detail);
  return text;
}

}  // namespace router::base
