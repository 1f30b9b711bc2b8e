// package.json: a start script that runs JavaScript of its own around the Node router is told that it does
// not run here.
//
// Reads one small file; what is no JSON is none of our business. Source: docs/contract/descriptor.md "Start".
#pragma once

#include <string>
#include <string_view>

#include "config/issue.h"

namespace router::config {

void warn_start_script(const std::string& directory, Issues& issues);

// The script that `command` has run, "" where it starts the Node router itself, or no JavaScript.
std::string own_script(std::string_view command);

}  // namespace router::config
