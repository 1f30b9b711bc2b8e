// The demo's surroundings in one process: an identity provider and two back-ends on the loopback interface.
//
// Prints where they listen, one "name=value" per line, then "ready"; ends at SIGINT or SIGTERM. SIGUSR1: invoices is away,
// or back. scripts/run starts it next to the router.
#include <csignal>
#include <iostream>
#include <map>
#include <optional>

#include "base/text.h"
#include "demo/back_end.h"
#include "demo/identity_provider.h"
#include "http/url.h"

namespace {

using namespace router;

constexpr const char* kUsage =
    "usage: xs-router-demo --router URL [--console URL] [--idp-port N] [--orders-port N] [--invoices-port N]\n"
    "URL is where this machine finds the router, such as http://localhost:5000, and its console; port 0, the default, "
    "is any.\n";

struct Options {
  http::Url router;
  std::string console;
  std::map<std::string, std::uint16_t, std::less<>> ports{
      {"--idp-port", 0}, {"--orders-port", 0}, {"--invoices-port", 0}};
};

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--router") {
      const auto url = http::parse_url(argv[i + 1]);
      if (!url) return std::nullopt;
      options.router = *url;
    } else if (name == "--console") {
      options.console = argv[i + 1];
    } else if (const auto port = options.ports.find(name); port != options.ports.end()) {
      const auto number = base::parse_unsigned(argv[i + 1]);
      if (!number || *number > UINT16_MAX) return std::nullopt;
      port->second = static_cast<std::uint16_t>(*number);
    } else {
      return std::nullopt;
    }
  }
  return argc % 2 == 1 && !options.router.host.empty() ? std::optional(options) : std::nullopt;
}

// As demo/workdir/xs-app.json has it. People type 127.0.0.1 for localhost, so both are registered.
demo::Client client_at(const http::Url& router) {
  demo::Client client;
  client.id = "xs-router-demo";
  client.secret = crypto::random_token();
  for (const char* host : {"localhost", "127.0.0.1"}) {
    http::Url address = router;
    address.host = host;
    client.redirect_uris.push_back(address.origin() + "/login/callback");
    client.post_logout_redirect_uris.push_back(address.origin() + "/logout-page.html");
  }
  client.back_channel_logout_uri = router.origin() + "/my/back-channel-logout";
  return client;
}

demo::BackEndProfile orders() {
  return {"orders", "Orders",
          "<tr><td>4711</td><td>12 garden chairs</td><td>shipped</td></tr>\n"
          "<tr><td>4712</td><td>1 parasol</td><td>packed</td></tr>\n",
          "invoices", "Invoices"};
}

demo::BackEndProfile invoices() {
  return {"invoices", "Invoices",
          "<tr><td>2026-17</td><td>12 garden chairs</td><td>EUR 588.00</td></tr>\n"
          "<tr><td>2026-18</td><td>1 parasol</td><td>EUR 79.90</td></tr>\n",
          "orders", "Orders"};
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const Options& options) {
  // Before any thread starts, so that all of them leave the signals to sigwait.
  const sigset_t signals = block_signals();
  const auto signer = demo::TokenSigner::create();
  if (!signer) {
    std::cerr << describe(signer.error()) << "\n";
    return 1;
  }
  const demo::Client client = client_at(options.router);
  demo::LogoutCalls calls(options.console);
  demo::IdentityProvider provider(*signer, client);
  if (!provider.bind(options.ports.at("--idp-port"))) {
    std::cerr << "the port of the identity provider is taken\n";
    return 1;
  }
  const demo::TokenCheck check{*signer, provider.issuer(), client.id};
  demo::BackEnd first(orders(), check, calls);
  demo::BackEnd second(invoices(), check, calls);
  if (!first.bind(options.ports.at("--orders-port")) || !second.bind(options.ports.at("--invoices-port"))) {
    std::cerr << "the port of a back-end is taken\n";
    return 1;
  }
  provider.start();
  first.start();
  second.start();
  std::cout << "issuer=" << provider.issuer() << "\nclient_id=" << client.id << "\nclient_secret=" << client.secret
            << "\norders=" << first.origin() << "\ninvoices=" << second.origin() << "\nready" << std::endl;
  bool is_away = false;
  for (int received = 0; sigwait(&signals, &received) == 0 && received == SIGUSR1;) {
    is_away = !is_away;
    second.set_away(is_away);
    std::cout << "invoices is " << (is_away ? "away" : "back") << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::cerr << kUsage;
    return 2;
  }
  return serve(*options);
}
