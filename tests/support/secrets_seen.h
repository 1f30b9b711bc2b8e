// What has passed between the parties of a test run and may stand in no log: tokens, cookies' values, codes, passwords,
// secrets. Noted by whoever reads a message (http_text) or sets a router up (router_process), which looks through each log.
//
// Short ones are left out: they would be found in what is no secret. Thread-safe; one for the whole run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/http_text.h"

namespace router::test {

// Of its fields (Cookie, Set-Cookie, Authorization, CSRF tokens), of the queries of its target and Location, of a form or
// JSON in its body.
void note_secrets(const TextMessage& message);
// Variables that are named as secrets, or hold bindings with them.
void note_secrets(const std::map<std::string, std::string>& variables);

// The first word of `log` that is one of them, or a JSON Web Token; absent: there is none.
std::optional<std::string> secret_in(std::string_view log);

}  // namespace router::test
