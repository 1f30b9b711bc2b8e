// Which answers are compressed, with what, and which header fields follow from it.
//
// The rule, in this order: `compression.enabled`; a media type that is worth it; not HEAD, HTTP/1.0, a status without
// a body of its own or a part of one (206, Content-Range); not what is encoded already, nor what must not be changed
// (no-transform of either side, a digest over the bytes); not where the answer carries a secret of its own that
// guessing by size could find out (BREACH: x-csrf-token); `minSize` where the length is known; a coding that the
// client takes. The router's own pages never come here.
// Pure; any thread. Source: docs/contract/descriptor.md `compression`; RFC 9110 sections 8.4, 8.8.1 and 12.5.5; RFC
// 9111 section 5.2.2.6; CVE-2013-3587; types: mime-db, as the Node module compressible reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/accept_encoding.h"
#include "http/message.h"

namespace router::http {

struct CompressionRules {
  bool enabled = true;
  std::uint64_t min_size = 1024;
  bool mixed_type_content = false;  // multipart/mixed too: OData batches
};

struct AnswerBody {
  int status = 200;
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  // where kind == length
};

struct CompressionDecision {
  std::optional<Coding> coding;  // absent: as it is
  bool adds_vary = false;        // other clients would get it in another coding
};

// `fields`: all of the answer as they go out, those of the configuration included.
CompressionDecision decide_compression(const CompressionRules& rules, const Request& request, const AnswerBody& body,
                                       const Fields& fields);

// Adds Content-Encoding and Vary; with a coding, a strong ETag is that of the coding (http/coded_tags.h) and
// Accept-Ranges goes: ranges are those of the body as it was. The framing (chunked, no Content-Length) is the caller's.
void write_compression_fields(const CompressionDecision& decision, Fields& fields);

// Of a 304: the tag is the one that the client asked for, so that it finds the body that it has.
void restore_tag(const Request& request, Fields& fields);

// `content_type`: the field's value, parameters and all. text/event-stream is not compressible here: each event must
// arrive when it is sent, and a stream of hours would hold an encoder.
bool is_compressible_type(std::string_view content_type, bool mixed_type_content = false);

}  // namespace router::http
