// What a token of the management port is asked to be.
// Source: docs/contract/operations.md "Management port".
#pragma once

#include <cstddef>

namespace router::config {

// Characters: nobody guesses as many that are random, however often he may try.
inline constexpr std::size_t kShortestManagementToken = 16;

}  // namespace router::config
