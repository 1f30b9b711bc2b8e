// `xs-router import agent.properties`: the logout settings of a Java agent as the `logout` of an xs-app.json.
//
// The JSON goes to `out`; what is wrong with the file, with file and line, to `faults`. Source: docs/contract/logout.md
// section 2.
#pragma once

#include <iostream>
#include <string>

namespace router::app {

// 0: done; 1: the file cannot be read or has errors, nothing is written to `out`.
int import_agent_properties(const std::string& file, std::ostream& out = std::cout, std::ostream& faults = std::cerr);

}  // namespace router::app
