#include "e2e/abuse.h"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <deque>
#include <thread>

namespace router::test {
namespace {

using nlohmann::json;

// So many answers are waited for at a time; older ones are looked at and left.
constexpr std::size_t kMostOpen = 150;
constexpr milliseconds kGlance{20};

const std::string& large_script() {
  static const std::string text = [] {
    std::string made;
    for (std::uint32_t i = 1; made.size() < 5'500'000; i = i * 1664525 + 1013904223) {
      made.append("export const v")
          .append(std::to_string(i))
          .append(" = ")
          .append(std::to_string(i % 977))
          .append(";\n");
    }
    return made;
  }();
  return text;
}

std::string from(const std::string& address, std::string request) {
  const auto end = request.find("\r\n");
  if (end != std::string::npos) request.insert(end + 2, "X-Forwarded-For: " + address + "\r\n");
  return request;
}

std::string address_of(const char* network, int number) {
  return network + std::to_string(number / 250 % 250) + "." + std::to_string(number % 250 + 1);
}

struct Sending {
  const Attack& attack;
  std::uint16_t port;
  Outcome& outcome;
  std::deque<RawClient> open = {};

  void run() {
    const auto start = std::chrono::steady_clock::now();
    for (int n = 0; n < attack.count; ++n) {
      std::this_thread::sleep_until(start + milliseconds(1000LL * n / attack.per_second));
      const auto address = n % 2 == 0 ? std::string("203.0.113.66") : address_of("198.19.", n);
      open.emplace_back(port);
      open.back().send(from(address, attack.request(n)), milliseconds(100));
      ++outcome.sent;
      if (open.size() > kMostOpen) look_at_oldest();
    }
    while (!open.empty()) look_at_oldest();
  }
  void look_at_oldest() {
    ++outcome.statuses[open.front().read_head(kGlance).status()];
    open.pop_front();
  }
};

}  // namespace

RouterSetup AbuseFixture::setup(const StubProvider& provider, const std::string& orders, const std::string& invoices) {
  auto setup = sign_on_setup(provider, orders, invoices);
  setup.descriptor["am"] = {{"cookieName", "iPlanetDirectoryPro"}, {"realm", "/alpha"}};
  setup.descriptor["hostedLogin"] = {{"customerId", std::string(kHosted).substr(1)},
                                     {"clients", {{kClient, {{"redirectUris", {"https://app.example/logout"}}}}}}};
  setup.files["static/script.js"] = large_script();
  setup.add_route(
      {{"source", "^/assets/(.*)$"}, {"target", "$1"}, {"localDir", "static"}, {"authenticationType", "none"}});
  return setup;
}

std::string AbuseFixture::visit_by_browser(int number) {
  Browser browser(router.port());
  browser.come_from(address_of("198.18.", number));
  if (const int status = browser.open("/orders/start").status(); status != 200)
    return "login: " + std::to_string(status);
  if (const int status = browser.get("/orders/list").status(); status != 200) return "work: " + std::to_string(status);
  const auto token = browser.csrf_token("/orders/list");
  const int saved = browser.send("POST", "/orders/save", {{"X-CSRF-Token", token}}, "{}").status();
  if (saved != 200) return "saving: " + std::to_string(saved);
  if (const int status = browser.get("/bye.html").status(); status != 200) return "a page: " + std::to_string(status);
  auto before = browser;
  if (const int status = browser.navigate("/my/logout").status(); status != 302)
    return "logout: " + std::to_string(status);
  if (before.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status() != 401)
    return "after logout: still signed in";
  return {};
}

std::string AbuseFixture::visit_by_rest(int number) {
  Browser client(router.port());
  client.come_from(address_of("198.18.", 100'000 + number));
  const auto user = "user" + std::to_string(number);
  const auto login = client.send("POST", kAuthenticate, {{"X-OpenAM-Username", user}, {"X-OpenAM-Password", "secret"}});
  if (login.status() != 200) return "REST login: " + std::to_string(login.status());
  const std::string token = json::parse(login.body).value("tokenId", "");
  Browser caller(router.port());  // no cookies
  caller.come_from(address_of("198.18.", 100'000 + number));
  const auto ask = [&](std::string_view method, std::string_view path) {
    return caller.send(method, path, {{"iPlanetDirectoryPro", token}}).status();
  };
  if (const int status = ask("GET", "/orders/list"); status != 200) return "REST work: " + std::to_string(status);
  if (const int status = ask("POST", "/json/sessions/?_action=logout"); status != 200)
    return "REST logout: " + std::to_string(status);
  if (const int status = ask("GET", "/orders/list"); status != 401)
    return "after REST logout: " + std::to_string(status);
  return {};
}

Outcome AbuseFixture::hold_out(const Attack& attack) {
  Outcome outcome;
  std::atomic<bool> over{false};
  std::thread hostile([&] {
    Sending{attack, router.port(), outcome}.run();
    over = true;
  });
  std::vector<std::string> failures;
  int visits = 0;
  do {
    for (auto failure : {visit_by_browser(visits), visit_by_rest(visits)}) {
      ++visits;
      if (!failure.empty()) failures.push_back(std::move(failure));
    }
  } while (!over);
  hostile.join();
  outcome.failures = std::move(failures);
  outcome.visits = visits;
  return outcome;
}

std::string post_form(std::string_view path, std::string_view body) {
  return make_request("POST", path, {{"Content-Type", "application/x-www-form-urlencoded"}}, body);
}

std::string base64url(std::string_view text) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out.push_back(kDigits[bits >> (have - 6) & 63]);
  }
  if (have > 0) out.push_back(kDigits[bits << (6 - have) & 63]);
  return out;
}

std::string hostile_json(int n, std::size_t size) {
  struct Kind {
    const char* begin;
    const char* again;
    const char* end;
  };
  static constexpr std::array kKinds = {
      Kind{R"({"a":1)", R"(,"":0)", "}"},                        // one key again and again
      Kind{R"({"a":1)", R"(,"iss":"x")", "}"},                   // one that is looked for
      Kind{"[{}", ",{}", "]"},                                   // empty objects
      Kind{"[", "[", ""},                                        // deep, and never closed
      Kind{R"({"a":)", R"({"a":)", ""},                          // deep in objects
      Kind{"[1", ",1e999", "]"},                                 // numbers
      Kind{R"({"iss":")", R"(\u00e4)", R"("})"},                 // one long string
      Kind{R"({"aud":["x")", R"(,"x")", "]}"},                   // a long list where a text is looked for
      Kind{R"({"a":[1,{"b":2}])", R"(,"a":[{"":{}},[]])", "}"},  // all of it
      Kind{"", "{}", ""},                                        // more than one
  };
  const auto& kind = kKinds[static_cast<std::size_t>(n) % kKinds.size()];
  std::string text = kind.begin;
  while (text.size() + std::string_view(kind.again).size() + 2 < size) text.append(kind.again);
  return text.append(kind.end);
}

std::string hostile_token(int n, std::size_t size) {
  static const std::string header = base64url(R"({"alg":"RS256","kid":"k","typ":"logout+jwt"})");
  const auto bytes = size * 3 / 4 - 100;
  switch (n % 4) {
    case 0:
      return base64url(hostile_json(n / 4, bytes)) + "." + base64url("{}") + ".c2ln";
    case 1:
      return header + "." + base64url("{}") + "." + std::string(size - 100, 'A');
    case 2:
      return std::string(size, '.');
    default:
      return header + "." + base64url(hostile_json(n / 4, bytes)) + ".c2ln";
  }
}

void must_hold_out(AbuseFixture& fixture, const Attack& attack) {
  const auto outcome = fixture.hold_out(attack);
  CHECK(outcome.failures == std::vector<std::string>());
  CHECK(outcome.visits >= 2);
  CHECK(outcome.sent == attack.count);
  CHECK(outcome.faults_of_ours() == 0);
}

}  // namespace router::test
