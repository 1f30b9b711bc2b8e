#include "http/compression_policy.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/coded_tags.h"

namespace router::http {

using base::equals_ignoring_case;

namespace {

// Besides text/*, +json, +xml and +text.
constexpr std::string_view kCompressibleTypes[] = {
    "application/dart",
    "application/ecmascript",
    "application/javascript",
    "application/json",
    "application/postscript",
    "application/raml+yaml",
    "application/rtf",
    "application/tar",
    "application/toml",
    "application/vnd.dart",
    "application/vnd.ms-fontobject",
    "application/vnd.ms-opentype",
    "application/wasm",
    "application/x-httpd-php",
    "application/x-javascript",
    "application/x-ns-proxy-autoconfig",
    "application/x-sh",
    "application/x-tar",
    "application/x-www-form-urlencoded",
    "application/xml",
    "application/xml-dtd",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/vnd.adobe.photoshop",
    "image/vnd.microsoft.icon",
    "image/vnd.ms-dds",
    "image/x-icon",
    "image/x-ms-bmp",
    "message/rfc822",
    "model/gltf-binary",
    "x-shader/x-fragment",
    "x-shader/x-vertex",
};

constexpr std::size_t kLongestType = 128;

bool list_has(std::string_view list, std::string_view token) {
  for (std::optional<std::string_view> rest = list; rest;) {
    const auto [item, after] = base::cut(*rest, ',');
    if (equals_ignoring_case(base::trim(item), token)) return true;
    rest = after;
  }
  return false;
}

// Their value is over the bytes as they were.
bool is_digest(std::string_view name) {
  return equals_ignoring_case(name, "Content-Digest") || equals_ignoring_case(name, "Repr-Digest") ||
         equals_ignoring_case(name, "Digest") || equals_ignoring_case(name, "Content-MD5");
}

bool may_be_compressed(int status) {
  return status >= 200 && status != 204 && status != 205 && status != 206 && status != 304;
}

bool is_large_enough(const AnswerBody& body, std::uint64_t min_size) {
  switch (body.kind) {
    case BodyKind::none:
      return false;
    case BodyKind::length:
      return body.length != 0 && body.length >= min_size;
    case BodyKind::chunked:
    case BodyKind::until_close:
      return true;
  }
  return false;
}

// What the decision needs to know of the fields of an answer that may be compressed by its type.
struct AnswerFields {
  bool is_encoded = false;
  bool is_unchangeable = false;  // no-transform, a digest, Content-Range
  bool has_csrf_token = false;
  bool varies_on_encoding = false;  // Vary names Accept-Encoding, or everything
};

AnswerFields read_answer_fields(const Fields& fields) {
  AnswerFields found;
  for (const auto& [name, value] : fields) {
    if (equals_ignoring_case(name, "Content-Encoding")) {
      found.is_encoded = true;
    } else if (equals_ignoring_case(name, "Cache-Control")) {
      found.is_unchangeable = found.is_unchangeable || list_has(value, "no-transform");
    } else if (equals_ignoring_case(name, "Content-Range") || is_digest(name)) {
      found.is_unchangeable = true;
    } else if (equals_ignoring_case(name, "x-csrf-token")) {
      found.has_csrf_token = true;
    } else if (equals_ignoring_case(name, "Vary")) {
      found.varies_on_encoding = found.varies_on_encoding || list_has(value, "Accept-Encoding") || list_has(value, "*");
    }
  }
  return found;
}

// The last one, where there are several.
std::string_view content_type_of(const Fields& fields) {
  std::string_view type;
  for (const auto& field : fields) {
    if (equals_ignoring_case(field.name, "Content-Type")) type = field.value;
  }
  return type;
}

}  // namespace

CompressionDecision decide_compression(const CompressionRules& rules, const Request& request, const AnswerBody& body,
                                       const Fields& fields) {
  CompressionDecision decision;
  if (!rules.enabled || !is_compressible_type(content_type_of(fields), rules.mixed_type_content)) return decision;
  const auto said = read_answer_fields(fields);
  decision.adds_vary = !said.varies_on_encoding;
  if (request.is("HEAD") || !may_be_compressed(body.status)) return decision;
  // it would cost an HTTP/1.0 client its connection: there is no chunked coding
  if (request.minor_version == 0) return decision;
  if (said.is_encoded || said.is_unchangeable || said.has_csrf_token) return decision;
  if (!is_large_enough(body, rules.min_size)) return decision;
  if (request.headers.has_token("Cache-Control", "no-transform")) return decision;
  const auto codings = accepted_codings(request.headers);
  if (!codings.empty()) decision.coding = codings.front();
  return decision;
}

void write_compression_fields(const CompressionDecision& decision, Fields& fields) {
  if (decision.coding) {
    fields.remove("Accept-Ranges");
    if (const auto tag = fields.get("ETag")) fields.set("ETag", tag_in_coding(*tag, *decision.coding));
    fields.add_view("Content-Encoding", to_string(*decision.coding));
  }
  if (decision.adds_vary) fields.add_view("Vary", "Accept-Encoding");
}

void restore_tag(const Request& request, Fields& fields) {
  const auto tag = fields.get("ETag");
  const auto asked_for = tag ? tag_asked_for(request.headers, *tag) : std::nullopt;
  if (asked_for) fields.set("ETag", *asked_for);
}

bool is_compressible_type(std::string_view content_type, bool mixed_type_content) {
  const auto written = base::trim(base::cut(content_type, ';').before);
  if (written.size() > kLongestType) return false;
  std::array<char, kLongestType> lower;
  std::transform(written.begin(), written.end(), lower.begin(), [](char c) { return base::to_lower(c); });
  const std::string_view type(lower.data(), written.size());

  if (type == "text/event-stream") return false;
  if (type == "multipart/mixed") return mixed_type_content;
  if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") || type.ends_with("+text")) {
    return true;
  }
  // most are told apart by their lengths
  return std::find(std::begin(kCompressibleTypes), std::end(kCompressibleTypes), type) != std::end(kCompressibleTypes);
}

}  // namespace router::http
