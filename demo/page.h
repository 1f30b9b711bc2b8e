// The demo's pages, made from demo/pages/*.html, which are compiled into the binary; {{style}} is demo.css.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/page_template.h"

namespace router::demo {

std::string make_page(std::string_view file, std::vector<http::TemplateField> fields);

}  // namespace router::demo
