#include "config/key_pair.h"

#include <optional>

#include "config/files.h"
#include "crypto/key_pair.h"

namespace router::config {
namespace {

constexpr std::size_t kLongestPem = 1024 * 1024;

std::optional<std::string> read_pem(const Variables& variables, const std::string& name, const std::string& file) {
  std::string reason;
  auto text = read_whole_file(file, kLongestPem, reason);
  if (!text)
    variables.error(name, show(std::string_view(file), "path") + " (" + reason + ")", "a file that can be read");
  return text;
}

}  // namespace

void check_key_pair(std::string_view certificates, const base::Secret& key, const Report& of_certificates,
                    const Report& of_key) {
  const auto fault = crypto::find_key_pair_fault(certificates, key);
  if (!fault) return;
  switch (*fault) {
    case crypto::KeyPairFault::certificate:
      return of_certificates.error("", {"no usable certificate", "PEM certificates, the own one first"});
    case crypto::KeyPairFault::key:
      return of_key.error("", {"no usable private key", "a PEM private key without passphrase"});
    case crypto::KeyPairFault::encrypted:
      return of_key.error("", {"the key is encrypted; nobody could be asked for its passphrase",
                               "a PEM private key without passphrase", "openssl pkey -in KEY -out NEW takes it off"});
    case crypto::KeyPairFault::mismatch:
      return of_key.error("", {"the key of another certificate", "the key of the first certificate"});
  }
}

void check_key_pair(const Variables& variables, const KeyPairFiles& files) {
  const auto certificates = read_pem(variables, files.certificates_name, files.certificates);
  auto key = read_pem(variables, files.key_name, files.key);
  if (!certificates || !key) return;
  check_key_pair(*certificates, base::Secret(*std::move(key)), variables.report(files.certificates_name),
                 variables.report(files.key_name));
}

}  // namespace router::config
