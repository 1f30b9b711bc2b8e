// HTTP/1.1 parsers: Beast's basic_parser with fields as views into the read buffer, plus the checks that Beast
// leaves to us (docs/contract/architecture.md, "Beast, learned the hard way"). Included by net/*.cpp only.
//
// A plain message is read here, for a fraction of what it would take: an ordinary start line, no coding, no upgrade, at
// most one Content-Length and one Connection field that says close or keep-alive. Of any other head Beast is shown the
// start line and the fields that frame the message, in their order; the rest of them is read here all the same. A chunked
// body's trailer section is read here, too: Beast would take a Content-Length in it for framing.
//
// Usage: put_head() with the bytes read so far until it says true; the buffer must stay in place while the head's views
// are used. Body bytes are handed out as views too: put_body() consumes input and says which part of it is body. One
// parser reads one message. Not thread-safe. Source: RFC 9112, docs/contract/http.md "Reading requests".
#pragma once

#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "net/head_scanner.h"
#include "net/response_head.h"

namespace router::net {

struct ParseLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t url_bytes = 8 * 1024;
  std::uint64_t body_bytes = 0;  // 0 = off
};

// What a piece of input held.
struct BodyInput {
  std::size_t consumed = 0;
  std::string_view data;  // body bytes, part of the input; empty if the input held only framing
  bool finished = false;
};

// What both directions share: fields, limits, body spans and trailers.
template <bool isRequest>
class MessageParser : protected boost::beast::http::basic_parser<isRequest> {
 public:
  using Base = boost::beast::http::basic_parser<isRequest>;
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;

  MessageParser(http::Headers& headers, http::Headers& trailers, const ParseLimits& limits);

  // Feeds the bytes read so far, from the start of the message. false: more is needed. The number of bytes of the
  // head is in head_size() afterwards.
  base::Result<bool> put_head(std::string_view input);
  std::size_t head_size() const { return head_size_; }

  // Feeds body bytes; call again with the rest and what was read since. At the end of the connection: finish_at_eof().
  base::Result<BodyInput> put_body(std::string_view input);
  // true: the end of the connection was the end of the body.
  bool finish_at_eof();
  bool finished() const { return is_plain_ ? left_ == 0 : trailers_done_ || this->is_done(); }
  // Whether another message may follow this one, as far as its framing and Connection say.
  bool keeps_alive(int minor_version) const;

 protected:
  // No body is that large (256 TiB); a size beyond it is an attempt to overflow somebody's counter.
  static constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 48;

  static base::Error bad(std::string detail);
  // Of a head, and of the trailers behind a body, which are bounded alike.
  static base::Error section_too_large(std::string detail);
  // With its line end. false: not the ordinary form, which says nothing about whether it is a valid one.
  virtual bool take_plain_start(std::string_view line) = 0;
  virtual base::Result<void> put_start_line(std::string_view line) { return show(line); }
  // Whether a message of that start line has a body that ends before the connection does.
  virtual bool has_plain_end() const = 0;
  // Rules over the whole head, from the class below.
  virtual base::Result<void> check_head() = 0;

  http::Headers& headers_;
  http::Headers& trailers_;
  const ParseLimits& limits_;
  std::size_t start_line_bytes_ = 0;    // with its line end
  std::optional<base::Error> refusal_;  // set where a callback refuses; wins over Beast's code
  std::uint64_t left_ = 0;              // of a plain message's body

 private:
  // What a plain head may say about framing, each once.
  enum PlainFraming { content_length, connection };

  base::Error fault(const error_code& reason) const;
  base::Result<void> show(std::string_view bytes, std::size_t looked_at = 0);
  base::Result<void> put_fields(std::string_view head);
  base::Result<void> put_framing(std::string_view head, std::string_view line, std::string_view name,
                                 std::string_view value);
  bool take_plain_framing(std::string_view shown, std::string_view name, std::string_view value);
  base::Result<void> put_end(std::string_view head);
  base::Result<void> show_so_far(std::string_view head);
  base::Result<void> take_field(std::string_view name, std::string_view value);
  void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override { ec = {}; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code& ec) override { ec = {}; }
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code& ec) override { ec = {}; }
  bool count_body(std::size_t bytes);
  base::Result<BodyInput> put_plain_body(std::string_view input);
  base::Result<void> take_trailers(BodyInput& out, std::string_view input);
  base::Result<void> add_trailer(std::string_view line);

  HeadScanner scanner_;
  std::string_view span_;
  std::size_t head_size_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::array<std::string_view, 2> plain_framing_;  // the lines, as Beast would be shown them
  bool is_plain_ = false;
  bool closes_ = false;       // Connection of a plain message
  bool keeps_alive_ = false;  // the same
  bool shows_again_ = false;  // Beast is shown fields that have been taken
  bool chunk_seen_ = false;
  bool last_chunk_seen_ = false;
  bool trailers_done_ = false;
};

class RequestParser final : public MessageParser<true> {
 public:
  RequestParser(http::Request& request, http::Headers& trailers, const ParseLimits& limits)
      : MessageParser(request.headers, trailers, limits), request_(request) {}

  // The target as it was sent; request.target is filled in by the caller.
  std::string_view raw_target() const { return raw_target_; }

 private:
  void on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  bool take_plain_start(std::string_view line) override;
  bool has_plain_end() const override { return true; }
  base::Result<void> check_head() override;
  base::Result<void> check_framing();

  http::Request& request_;
  std::string_view raw_target_;
};

class ResponseParser final : public MessageParser<false> {
 public:
  // `to_head`: the answer to a HEAD request has no body whatever it says.
  ResponseParser(ResponseHead& head, http::Headers& trailers, const ParseLimits& limits, bool to_head)
      : MessageParser(head.headers, trailers, limits), head_(head), to_head_(to_head) {
    if (to_head) this->skip(true);
  }

 private:
  bool take_plain_start(std::string_view line) override;
  bool has_plain_end() const override;
  // Takes a status line without the blank behind the status, too (RFC 9112 section 4 wants it, many servers leave it out
  // together with the reason).
  base::Result<void> put_start_line(std::string_view line) override;
  void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view reason, int version, error_code& ec) override;
  base::Result<void> check_head() override;
  bool is_bodiless() const;

  ResponseHead& head_;
  bool to_head_;
  std::string status_line_;  // the completed one
};

}  // namespace router::net
