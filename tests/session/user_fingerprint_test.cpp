#include "session/user_fingerprint.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace router::user_fingerprint_test {

using session::use_fingerprint_secret;
using session::user_fingerprint;

namespace {

// As a thread knows it that has met nobody yet.
std::string met_anew(const std::string& name) {
  std::string fingerprint;
  std::thread([&] { fingerprint = user_fingerprint(name); }).join();
  return fingerprint;
}

}  // namespace

TEST_CASE("user fingerprint: one name is the same everywhere with one secret, and nothing without it [issue 14]") {
  const base::Secret secret("0123456789abcdef0123456789abcdef");
  use_fingerprint_secret(secret);
  const auto ada = user_fingerprint("ada");
  CHECK(ada.size() == 12);
  CHECK(ada.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(user_fingerprint("ada") == ada);
  CHECK(user_fingerprint("Ada") != ada);
  CHECK(user_fingerprint("").empty());
  CHECK(met_anew("ada") == ada);
  use_fingerprint_secret({});
  CHECK(met_anew("ada") != ada);
  // another process of the same secret
  use_fingerprint_secret(secret);
  CHECK(met_anew("ada") == ada);
}

TEST_CASE("user fingerprint: of names that take one another's place none is told as another's [issue 14]") {
  std::set<std::string> fingerprints;
  std::vector<std::string> names;
  for (int i = 0; i < 2'000; ++i) names.push_back("user" + std::to_string(i));
  names.push_back(std::string(1'000, 'u'));
  std::vector<std::string> first;
  for (const auto& name : names) first.push_back(user_fingerprint(name));
  fingerprints.insert(first.begin(), first.end());
  CHECK(fingerprints.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(user_fingerprint(names[i]) == first[i]);
}

}  // namespace router::user_fingerprint_test
