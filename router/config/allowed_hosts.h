// Whether a host is one of those that the operator has named (ALLOWED_HOSTS): app.example.com, or *.example.com for
// all below it. The port says nothing. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace router::config {

// `host`: without port. False where no host is named.
bool names_host(const std::vector<std::string>& allowed_hosts, std::string_view host);

}  // namespace router::config
