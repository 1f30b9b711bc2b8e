// The logout settings of a Java agent's properties file, taken over unchanged, into the same model as
// logout.applications and logout.conditionalUrls.
//
// Unknown logout properties are errors with file and line; everything else in the file is ignored, with one
// info. Source: docs/contract/logout.md section 2; Java agents, "Logout"; java.util.Properties for the file format.
#pragma once

#include <string>

#include "config/model.h"
#include "config/report.h"

namespace router::config {

// `report`: of the descriptor's `logout` object, for a file that cannot be read.
void read_agent_properties(const std::string& directory, const std::string& file, const Report& report, Logout& logout);

// The same from a file anywhere, for `xs-router import`.
Logout import_agent_properties(const std::string& file, Issues& issues);

struct PropertyLine {
  std::size_t line = 0;  // where it begins
  std::string key;
  std::string value;
};
// Comments, continuation lines and escapes resolved.
std::vector<PropertyLine> parse_properties(std::string_view text);

}  // namespace router::config
