// What a stranger can send to a public door a hundred times a second, while good users work beside it.
//
//   AbuseFixture fixture;
//   const auto outcome = fixture.hold_out({[&](int n) { return make_request("GET", "/..." + std::to_string(n)); }});
//   CHECK(outcome.failures.empty());
//
// The attack is open: the next request goes out when its time has come, whatever became of the ones before. Half of them
// come from one address, the others each from one of their own. Good users sign in, work and sign out in a browser and
// over REST, each from an address of his own. Own threads inside hold_out() only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "e2e/sign_on_fixture.h"

namespace router::test {

struct Attack {
  std::function<std::string(int)> request;  // the bytes of the n-th, on a connection of its own
  int per_second = 100;
  int count = 500;
};

struct Outcome {
  std::vector<std::string> failures;  // what went wrong for good users
  int visits = 0;                     // of good users, from signing in to having signed out
  int sent = 0;                       // hostile requests
  std::map<int, int> statuses;        // of their answers; 0: none in time
  int answered(int status) const {
    const auto found = statuses.find(status);
    return found == statuses.end() ? 0 : found->second;
  }
  int faults_of_ours() const { return answered(500) + answered(502); }
};

struct AbuseFixture {
  static constexpr const char* kClient = "a123ef65-83dc-4094-a09a-76e1bec424e7";
  static constexpr const char* kHosted = "/e0a70b4f-1eef-4856-bcdb-f050fee66aae";
  static constexpr const char* kAuthenticate = "/json/realms/root/realms/alpha/authenticate";

  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{setup(provider, orders.origin(), invoices.origin())};

  static RouterSetup setup(const StubProvider& provider, const std::string& orders, const std::string& invoices);
  Outcome hold_out(const Attack& attack);

  // One visit; what went wrong, or "".
  std::string visit_by_browser(int number);
  std::string visit_by_rest(int number);
};

// A form as a POST.
std::string post_form(std::string_view path, std::string_view body);
std::string base64url(std::string_view text);
// Bodies of `size` bytes that cost a careless reader more than their length; each `n` gives another kind.
std::string hostile_json(int n, std::size_t size);
// A token whose header, payload or signature is one.
std::string hostile_token(int n, std::size_t size);

// The whole of an attack: all good users succeed, and nothing breaks.
void must_hold_out(AbuseFixture& fixture, const Attack& attack);

}  // namespace router::test
