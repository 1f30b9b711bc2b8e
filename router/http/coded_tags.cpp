#include "http/coded_tags.h"

#include <array>

#include "base/text.h"

namespace router::http {

namespace {

constexpr std::string_view kMark = "--xs-";
constexpr std::array kCodings = {Coding::br, Coding::gzip};

bool is_strong(std::string_view tag) { return tag.size() >= 2 && tag.front() == '"' && tag.back() == '"'; }

// `opaque`: between the quotes.
std::string_view without_coding(std::string_view opaque) {
  for (const auto coding : kCodings) {
    auto rest = opaque;
    if (!rest.ends_with(to_string(coding))) continue;
    rest.remove_suffix(to_string(coding).size());
    if (!rest.ends_with(kMark)) continue;
    rest.remove_suffix(kMark.size());
    return rest;
  }
  return opaque;
}

}  // namespace

std::string tag_in_coding(std::string_view tag, Coding coding) {
  if (!is_strong(tag)) return std::string(tag);
  std::string coded(tag.substr(0, tag.size() - 1));
  return coded.append(kMark).append(to_string(coding)).append("\"");
}

bool lists_tags(std::string_view field_name) {
  static constexpr std::array<std::string_view, 4> kNames = {"If-Match", "If-None-Match", "If-Range", "If"};
  return base::holds_ignoring_case(kNames, field_name);
}

bool names_coded_tag(std::string_view value) { return value.find(kMark) != std::string_view::npos; }

std::string without_codings(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (;;) {
    const auto open = value.find('"');
    const auto close = open == std::string_view::npos ? open : value.find('"', open + 1);
    if (close == std::string_view::npos) return out.append(value);
    out.append(value.substr(0, open + 1)).append(without_coding(value.substr(open + 1, close - open - 1))).append("\"");
    value.remove_prefix(close + 1);
  }
}

bool has_part_of_coded(const Headers& request) {
  const auto condition = request.get("If-Range");
  return condition && names_coded_tag(*condition) && without_codings(*condition) != *condition;
}

std::optional<std::string> tag_asked_for(const Headers& request, std::string_view tag) {
  for (const auto& field : request) {
    if (!base::equals_ignoring_case(field.name, "If-None-Match") || !names_coded_tag(field.value)) continue;
    for (const auto coding : kCodings) {
      auto coded = tag_in_coding(tag, coding);
      if (coded != tag && field.value.find(coded) != std::string_view::npos) return coded;
    }
  }
  return std::nullopt;
}

}  // namespace router::http
