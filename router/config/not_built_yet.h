// What is read and checked but has no effect: properties whose feature is not built yet. One warning each, so that
// nobody believes in a setting that does nothing.
//
// Building a feature = removing its row from the table in not_built_yet.cpp.
// Source: docs/contract/descriptor.md "Environment variables"; what is left out for good is in left_out.cpp.
#pragma once

#include "config/validate.h"

namespace router::config {

void warn_not_built_yet(const Validation& validation);

}  // namespace router::config
