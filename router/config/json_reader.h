// Reads a JSON file strictly, and remembers where everything stands.
//
// Refused, each with line and column: what is not UTF-8, byte order marks, UTF-16, comments, trailing commas,
// NaN, numbers beyond a double, duplicate keys, \u0000, nesting deeper than 64, files over 4 MiB and strings
// over JsonLimits::string_bytes. The fence around nlohmann's parser: it throws nowhere else. A Document is
// immutable: any thread. Source: RFC 8259, RFC 6901; docs/contract/reliability.md D1.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "config/issue.h"
#include "config/json_position.h"

namespace router::config {

using nlohmann::json;

struct JsonLimits {
  std::size_t file_bytes = 4 * 1024 * 1024;
  std::size_t depth = 64;
  std::size_t string_bytes = 64 * 1024;
};

class Document {
 public:
  Document(std::string file, std::string text, json root)
      : file_(std::move(file)), text_(std::move(text)), root_(std::move(root)) {}

  const std::string& file() const { return file_; }
  const json& root() const { return root_; }
  // The first question reads the text again: a configuration without faults asks none.
  Position position(std::string_view pointer, PositionOf what) const;

 private:
  std::string file_;
  std::string text_;
  json root_;
  mutable std::once_flag asked_;
  mutable std::optional<Positions> positions_;
};

// Null if the text cannot be used; `issues` says why. Duplicate keys are reported, the last one is taken.
std::shared_ptr<const Document> read_json(std::string file, std::string text, Issues& issues,
                                          const JsonLimits& limits = {});

}  // namespace router::config
