#include "http/page_template.h"

#include "base/text.h"

namespace router::http {

TemplateField text_field(std::string_view name, std::string_view value) { return {name, base::html_escape(value)}; }

TemplateField markup_field(std::string_view name, std::string html) { return {name, std::move(html)}; }

std::string fill_template(std::string_view page, const std::vector<TemplateField>& fields) {
  std::string out;
  for (auto open = page.find("{{"); open != page.npos; open = page.find("{{")) {
    const auto close = page.find("}}", open);
    if (close == page.npos) break;
    const auto name = page.substr(open + 2, close - open - 2);
    out.append(page.substr(0, open));
    for (const TemplateField& field : fields) {
      if (field.name == name) out.append(field.html);
    }
    page.remove_prefix(close + 2);
  }
  return out.append(page);
}

}  // namespace router::http
