// What Beast makes of a whole head by itself, and in what net/parser.h, which shows it a part of a head or nothing, differs
// from that. For tests and fuzz targets. One thread.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/parser.h"

namespace router::test {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;
using FieldList = std::vector<std::pair<std::string, std::string>>;

template <bool isRequest>
struct WholeHead final : beast_http::basic_parser<isRequest> {
  explicit WholeHead(std::string_view head) {
    this->header_limit(1'000'000);
    this->body_limit(boost::none);
    error_code ec;
    const auto read = this->put(boost::asio::const_buffer(head.data(), head.size()), ec);
    accepted = !ec && read == head.size();
  }

  bool accepted = false;
  std::string start;
  FieldList fields;

 private:
  void on_request_impl(beast_http::verb, string_view method, string_view target, int version, error_code& ec) override {
    start = std::string(method) + " " + std::string(target) + " " + std::to_string(version);
    ec = {};
  }
  void on_response_impl(int status, string_view reason, int version, error_code& ec) override {
    start = std::to_string(status) + " " + std::string(reason) + " " + std::to_string(version);
    ec = {};
  }
  void on_field_impl(beast_http::field, string_view name, string_view value, error_code& ec) override {
    fields.emplace_back(name, value);
    ec = {};
  }
  void on_header_impl(error_code& ec) override { ec = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override { ec = {}; }
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code& ec) override { ec = {}; }
};

inline FieldList list(const http::Headers& headers) {
  FieldList fields;
  for (const auto& field : headers) fields.emplace_back(field.name, field.value);
  return fields;
}

// Of a head that the parser refused. What it refuses by rules of its own comes behind Beast's.
inline const char* refusal_difference(const base::Result<bool>& taken, bool accepted) {
  const bool has_bad_line = !taken && taken.error().detail == "invalid field name";
  return has_bad_line && accepted ? "Beast takes a line that the parser refuses" : nullptr;
}

// The first difference; nullptr: none.
inline const char* request_difference(std::string_view head) {
  const net::ParseLimits limits;
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser(request, trailers, limits);
  const auto taken = parser.put_head(head);
  const WholeHead<true> whole(head);
  if (!taken || !*taken) return refusal_difference(taken, whole.accepted);
  if (!whole.accepted) return "Beast refuses the head";
  const auto start = std::string(request.method) + " " + std::string(parser.raw_target()) + " 1" +
                     std::to_string(request.minor_version);
  if (start != whole.start) return "the request line";
  if (list(request.headers) != whole.fields) return "the fields";
  if (request.keep_alive != whole.keep_alive()) return "whether the connection stays";
  if ((request.body == http::BodyKind::chunked) != whole.chunked()) return "whether the body is chunked";
  if (request.content_length != whole.content_length().value_or(0)) return "the length";
  if (parser.finished() != whole.is_done()) return "whether the message is over";
  return nullptr;
}

// The parser completes a status line without the blank behind its status.
inline std::string with_blank(std::string_view head) {
  std::string completed(head);
  const auto end = completed.find("\r\n");
  if (end == std::string_view("HTTP/1.1 200").size()) completed.insert(end, " ");
  return completed;
}

inline const char* response_difference(std::string_view head) {
  const net::ParseLimits limits;
  net::ResponseHead response;
  http::Headers trailers;
  net::ResponseParser parser(response, trailers, limits, false);
  const auto taken = parser.put_head(head);
  const WholeHead<false> whole(with_blank(head));
  if (!taken || !*taken) return refusal_difference(taken, whole.accepted);
  if (!whole.accepted) return "Beast refuses the head";
  const auto start = std::to_string(response.status) + " " + std::string(response.reason) + " 1" +
                     std::to_string(response.minor_version);
  if (start != whole.start) return "the status line";
  if (list(response.headers) != whole.fields) return "the fields";
  if (parser.keeps_alive(response.minor_version) != whole.keep_alive()) return "whether the connection stays";
  if ((response.body == http::BodyKind::chunked) != (whole.chunked() && !whole.is_done())) {
    return "whether the body is chunked";
  }
  if ((response.body == http::BodyKind::until_close) != whole.need_eof()) return "whether the body ends by a close";
  if (response.content_length != whole.content_length().value_or(0)) return "the length";
  if (parser.finished() != whole.is_done()) return "whether the message is over";
  return nullptr;
}

}  // namespace router::test
