// `xs-router init`: a small directory that starts, with a README.md that says what each line is for.
//
// Writes nothing over what is there. Exit codes: 0 written; 1 something of that name is there, or it cannot be written.
// Source: docs/contract/operations.md "Command line".
#pragma once

#include <iosfwd>
#include <string>

namespace router::app {

int write_directory(const std::string& directory, std::ostream& out, std::ostream& err);

}  // namespace router::app
