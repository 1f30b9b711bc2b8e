#include "http/form.h"

#include "base/text.h"

namespace router::http {
namespace {

void append_encoded(std::string& out, std::string_view text) {
  for (std::string_view rest = text;;) {
    const auto [word, after] = base::cut(rest, ' ');
    out.append(base::percent_encode(word));
    if (!after) return;
    out.push_back('+');
    rest = *after;
  }
}

}  // namespace

bool has_media_type(const Headers& headers, std::string_view type) {
  const auto field = headers.get("Content-Type");
  return field && base::equals_ignoring_case(base::trim(base::cut(*field, ';').before), type);
}

bool is_form(const Headers& headers) { return has_media_type(headers, "application/x-www-form-urlencoded"); }

std::string encode_form(const FormFields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out.push_back('&');
    append_encoded(out, name);
    out.push_back('=');
    append_encoded(out, value);
  }
  return out;
}

std::optional<FormFields> decode_form(std::string_view body) {
  FormFields fields;
  for (const auto piece : base::split(body, '&')) {
    if (piece.empty()) continue;
    const auto [raw_name, raw_value] = base::cut(piece, '=');
    auto name = base::percent_decode(raw_name, true);
    auto value = base::percent_decode(raw_value.value_or(""), true);
    if (!name || !value) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

}  // namespace router::http
