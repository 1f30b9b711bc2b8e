#include "http/message.h"

namespace router::http {
namespace {

Response typed_response(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

// A Location never carries a byte that could end the field or that browsers read in different ways.
std::string escape_unprintable(std::string_view location) {
  std::string out;
  out.reserve(location.size());
  for (const char c : location) {
    if (c > ' ' && c < 0x7F) {
      out.push_back(c);
    } else {
      out.append(base::percent_encode({&c, 1}));
    }
  }
  return out;
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 424:
      return "Failed Dependency";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    case 508:
      return "Loop Detected";
    default:
      return "Unknown";
  }
}

Response text_response(int status, std::string_view text) {
  auto response = typed_response(status, "text/plain; charset=utf-8", std::string(text));
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

Response html_response(int status, std::string html) {
  return typed_response(status, "text/html; charset=utf-8", std::move(html));
}

Response json_response(int status, std::string json) {
  auto response = typed_response(status, "application/json", std::move(json));
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

Response method_not_allowed(std::string_view allow) {
  auto response = text_response(405, "Method not allowed.\n");
  response.headers.add("Allow", allow);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response too_many_requests(std::string_view text, std::chrono::seconds wait) {
  auto response = text_response(429, text);
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

Response redirect_response(std::string_view location) {
  Response response;
  response.status = 302;
  response.headers.add("Location", escape_unprintable(location));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace router::http
