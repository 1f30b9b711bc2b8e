#include "backend/static_answer.h"

#include "crypto/random.h"
#include "http/http_date.h"

namespace router::backend {
namespace {

std::string content_range(const http::ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size);
}

// The fields that a 304 has too (RFC 9110 section 15.4.5).
void add_cache_fields(const Representation& representation, http::Headers& fields) {
  fields.add("ETag", representation.validators.etag);
  fields.add("Last-Modified", http::format_http_date(representation.validators.last_modified));
  if (representation.varies) fields.add("Vary", "Accept-Encoding");
}

void add_content_fields(const Representation& representation, std::string_view type, http::Headers& fields) {
  fields.add("Content-Type", type);
  if (!representation.content_coding.empty()) fields.add("Content-Encoding", representation.content_coding);
  fields.add("Accept-Ranges", "bytes");
}

void add_part(StaticAnswer& answer, std::string head, const http::ByteRange& bytes) {
  answer.content_length += head.size() + bytes.length();
  answer.parts.push_back({std::move(head), bytes});
}

void answer_ranges(const Representation& representation, const std::vector<http::ByteRange>& ranges,
                   StaticAnswer& answer) {
  answer.status = 206;
  if (ranges.size() == 1) {
    add_content_fields(representation, representation.content_type, answer.fields);
    answer.fields.add("Content-Range", content_range(ranges.front(), representation.size));
    add_part(answer, {}, ranges.front());
    return;
  }
  // random, so that no file can hold it
  const std::string delimiter = "\r\n--" + crypto::random_token(18);
  for (const auto& range : ranges) {
    std::string head = delimiter;
    head.append("\r\nContent-Type: ").append(representation.content_type);
    head.append("\r\nContent-Range: ").append(content_range(range, representation.size)).append("\r\n\r\n");
    add_part(answer, std::move(head), range);
  }
  answer.tail = delimiter + "--\r\n";
  answer.content_length += answer.tail.size();
  add_content_fields(representation, "multipart/byteranges; boundary=" + delimiter.substr(4), answer.fields);
}

}  // namespace

StaticAnswer answer_with(const Representation& representation, const http::Request& request) {
  using Kind = http::RangeDecision::Kind;
  StaticAnswer answer;
  const auto precondition = http::evaluate_preconditions(request.method, request.headers, representation.validators);
  if (precondition == http::Precondition::failed) {
    answer.status = 412;
    return answer;
  }
  add_cache_fields(representation, answer.fields);
  if (precondition == http::Precondition::not_modified) {
    answer.status = 304;
    return answer;
  }
  http::RangeDecision decision;
  if (request.is("GET")) {
    decision = http::evaluate_range(request.headers, representation.validators, representation.size);
  }
  if (decision.kind == Kind::unsatisfiable) {
    answer.status = 416;
    answer.fields.clear();
    answer.fields.add("Content-Range", "bytes */" + std::to_string(representation.size));
  } else if (decision.kind == Kind::ranges) {
    answer_ranges(representation, decision.ranges, answer);
  } else {
    add_content_fields(representation, representation.content_type, answer.fields);
    if (representation.size != 0) add_part(answer, {}, {0, representation.size - 1});
  }
  return answer;
}

}  // namespace router::backend
