#include "pipeline/error_reply.h"

#include <algorithm>

#include "backend/content_type.h"
#include "base/text.h"
#include "http/fetch_metadata.h"
#include "http/pages.h"
#include "http/target.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

struct Words {
  std::string_view title;
  std::string_view message;
};

Words words_for(int status, const Error& error) {
  switch (status) {
    case 400:
      return {"Bad request", "The request could not be understood."};
    case 401:
      return {"Not signed in", "Sign in to see this page."};
    case 403:
      return {"Not allowed", "You are signed in, but you may not see this page."};
    case 404:
      return {"Not found", "There is nothing at this address."};
    case 408:
      return {"Too slow", "The request did not arrive in time."};
    case 413:
      return {"Too large", "What was sent is larger than this application accepts."};
    case 502:
      return error.side == Side::identity_provider
                 ? Words{"Sign-in failed", "The identity provider gave no usable answer. Try again in a moment."}
                 : Words{"Application unavailable", "The application did not answer properly. Try again in a moment."};
    case 503:
      return error.side == Side::identity_provider
                 ? Words{"Sign-in unavailable", "The identity provider cannot be reached. Try again in a moment."}
                 : Words{"Too busy", "The application cannot take more requests at the moment. Try again soon."};
    case 504:
      return {"No answer in time", "The application took too long to answer. Try again in a moment."};
    default:
      break;
  }
  return status >= 500 ? Words{"Something went wrong", "The request could not be completed."}
                       : Words{"Bad request", "The request could not be understood."};
}

// Null: there is none for that status.
const config::ErrorPage* page_for(const config::Configuration& config, int status) {
  const auto& pages = config.error_pages;
  const auto page = std::find_if(pages.begin(), pages.end(), [&](const config::ErrorPage& candidate) {
    return candidate.statuses.contains(status);
  });
  return page == pages.end() ? nullptr : &*page;
}

}  // namespace

int status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::bad_request:
      return 400;
    case ErrorCode::uri_too_long:
      return 414;
    case ErrorCode::head_too_large:
      return 431;
    case ErrorCode::body_too_large:
      return 413;
    case ErrorCode::timeout:
      if (error.side == Side::client) return 408;
      return error.side == Side::identity_provider ? 502 : 504;
    case ErrorCode::closed:
    case ErrorCode::protocol:
      return error.side == Side::client ? 400 : 502;
    // an identity provider that is away is a passing fault of ours to wait out, not a broken answer
    case ErrorCode::refused:
      return error.side == Side::identity_provider ? 503 : 502;
    // a pattern of ours that gives up is our fault (docs/contract/descriptor.md, "Matching"); a full pool is load
    case ErrorCode::overloaded:
      return error.side == Side::router ? 500 : 503;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::invalid_config:
    case ErrorCode::cancelled:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

http::Response error_response(const Context& context, const Error& error) {
  const int status = status_of(error);
  const auto words = words_for(status, error);
  auto response =
      http::accepts_html(context.request.headers)
          ? http::pages::error(status, words.title, words.message, context.trace.request_id)
          : http::text_response(status, std::string(words.title) + ". " + std::string(words.message) + "\n");
  if (status == 503) response.headers.set("Retry-After", "5");
  return response;
}

std::optional<http::Response> error_redirect(const Context& context, const http::Response& response) {
  if (response.status < 400 || !http::is_navigation(context.request)) return std::nullopt;
  if (response.headers.contains("WWW-Authenticate")) return std::nullopt;  // the browser answers that itself
  const auto* page = page_for(context.config(), response.status);
  if (page == nullptr || page->path.empty()) return std::nullopt;
  const std::string path = page->path.starts_with('/') ? page->path : "/" + page->path;
  // the page itself, however it is spelt, would lead to itself for ever
  const auto plain = base::cut(base::cut(path, '#').before, '?').before;
  const auto as_asked = http::normalise_path(plain);
  if (!as_asked || *as_asked == context.request.target.path) return std::nullopt;
  return http::redirect_response(context.external.path_prefix + path);
}

http::Response refusal_response(const Error& error) {
  const int status = status_of(error);
  const auto words = words_for(status, error);
  return http::text_response(status, std::string(words.title) + ". " + std::string(words.message) + "\n");
}

void dress_error(const config::Configuration& config, http::Response& response) {
  if (response.status < 400) return;
  // also where a back-end was refused or too slow: the answer is ours then (docs/contract/http.md "Forwarding")
  if (config.environment.return_error_source) response.headers.set("x-error-source", "gateway");
  const auto* page = page_for(config, response.status);
  if (page == nullptr || page->file.empty() ||
      response.headers.get("Content-Type").value_or("").starts_with("application/json"))
    return;
  response.body = page->content;
  response.headers.set("Content-Type", backend::content_type_of(page->file).value);
  // of the page that it stands for
  response.headers.remove("Content-Security-Policy");
}

}  // namespace router::pipeline
