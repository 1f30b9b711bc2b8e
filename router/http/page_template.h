// HTML with {{name}} placeholders, filled in one pass: a value that itself looks like a placeholder stays
// text. A placeholder without a field becomes nothing. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace router::http {

struct TemplateField {
  std::string_view name;
  std::string html;
};

// A value, escaped.
TemplateField text_field(std::string_view name, std::string_view value);
// Markup that the caller made, and escaped where needed.
TemplateField markup_field(std::string_view name, std::string html);

std::string fill_template(std::string_view page, const std::vector<TemplateField>& fields);

}  // namespace router::http
