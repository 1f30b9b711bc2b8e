// Whether certificates and their key, as bindings and files hold them, can be used in a handshake; read where they stand.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "config/report.h"
#include "config/variables.h"

namespace router::config {

// Reports at the one or the other place what is wrong with them.
void check_key_pair(std::string_view certificates, const base::Secret& key, const Report& of_certificates,
                    const Report& of_key);

// What the variables of these names name.
struct KeyPairFiles {
  std::string certificates_name;
  std::string certificates;
  std::string key_name;
  std::string key;
};
void check_key_pair(const Variables& variables, const KeyPairFiles& files);

}  // namespace router::config
