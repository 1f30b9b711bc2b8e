#include "http/query.h"

#include "base/text.h"

namespace router::http {
namespace {

std::string decode_or_keep(std::string_view text) {
  auto decoded = base::percent_decode(text, true);
  return decoded ? std::move(*decoded) : std::string(text);
}

QueryParameter read_parameter(std::string_view piece) {
  const auto [name, value] = base::cut(piece, '=');
  QueryParameter parameter{piece, decode_or_keep(name), std::nullopt};
  if (value) parameter.value = decode_or_keep(*value);
  return parameter;
}

// The first parameter of that name; nothing but names is decoded on the way.
std::optional<std::string_view> find_piece(std::string_view query, std::string_view name) {
  for (std::optional<std::string_view> rest = query; rest;) {
    const auto [piece, after] = base::cut(*rest, '&');
    if (!piece.empty() && decode_or_keep(base::cut(piece, '=').before) == name) return piece;
    rest = after;
  }
  return std::nullopt;
}

}  // namespace

std::vector<QueryParameter> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  for (const auto piece : base::split(query, '&')) {
    if (!piece.empty()) parameters.push_back(read_parameter(piece));
  }
  return parameters;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  const auto piece = find_piece(query, name);
  if (!piece) return std::nullopt;
  return decode_or_keep(base::cut(*piece, '=').after.value_or(""));
}

bool query_has(std::string_view query, std::string_view name) { return find_piece(query, name).has_value(); }

std::string query_without(std::string_view query, const std::function<bool(const QueryParameter&)>& drop) {
  std::string out;
  bool first = true;
  for (const auto piece : base::split(query, '&')) {
    if (!piece.empty() && drop(read_parameter(piece))) continue;
    if (!first) out.push_back('&');
    first = false;
    out.append(piece);
  }
  return out;
}

std::string append_query(std::string_view url, std::string_view query) {
  if (query.empty()) return std::string(url);
  const auto before = url.substr(0, url.find('#'));
  const auto fragment = url.substr(before.size());
  std::string out(before);
  const auto mark = before.find('?');
  if (mark == std::string_view::npos) {
    out.push_back('?');
  } else if (mark + 1 != before.size() && before.back() != '&') {
    out.push_back('&');
  }
  return out.append(query).append(fragment);
}

std::string query_pair(std::string_view name, std::string_view value) {
  return base::percent_encode(name) + "=" + base::percent_encode(value);
}

}  // namespace router::http
