#include "logout/receipt_link.h"

#include <doctest/doctest.h>

#include "logout/memory_receipt_book.h"
#include "logout/receipt_chain.h"
#include "logout/world.h"

namespace router::receipt_link_test {

using test::Request;

namespace {

const crypto::SealingSecrets& link_secret() {
  static const crypto::SealingSecrets secrets(base::Secret(std::string("a secret of the tests")));
  return secrets;
}

// A router whose signed-out page has the link.
struct LinkedWorld {
  LinkedWorld() {
    world.config.logout.receipt_link = true;
    world.config.logout.page.clear();
    test::add_back_ends(world, {"bank", "mail"});
    world.config.destinations["bank"].title = "The <Bank>";
    world.make_parts = [this](logout::Parts& parts) {
      parts.receipt_links = &links;
      parts.make_receipt_cookie = [](std::string value, const http::External&, const http::Request&) {
        return "xsr-receipt=" + value + "; Path=/";
      };
    };
  }
  // Logs out and answers the cookie that the browser keeps of it, as it sends it.
  std::string log_out() {
    answer = world.get("/my/logout", world.log_in());
    for (const auto& field : answer->headers) {
      if (base::equals_ignoring_case(field.name, "Set-Cookie") && field.value.starts_with("xsr-receipt="))
        return std::string(field.value.substr(0, field.value.find(';')));
    }
    return "";
  }
  std::optional<http::Response> look(const std::string& cookie) {
    return world.get("/xs-router/receipt", nullptr, {{"Cookie", "a=b; " + cookie}});
  }

  test::World world;
  logout::MemoryReceiptBook book{world.clock, {}};
  logout::ReceiptLinks links{link_secret(), world.clock, world.receipts, &book};
  std::optional<http::Response> answer;
};

bool says(const std::optional<http::Response>& response, std::string_view text) {
  return response && response->body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "receipt link: the signed-out page leads to who has confirmed, by title, and it follows what happens "
    "[P4]") {
  LinkedWorld linked;
  linked.world.client.set("mail.example", [](unsigned attempt) { return attempt < 3 ? 503 : 200; });
  const auto cookie = linked.log_out();
  REQUIRE(!cookie.empty());
  CHECK(says(linked.answer, "href=\"/xs-router/receipt\""));
  linked.world.loop.run_ready();
  const auto first = linked.look(cookie);
  CHECK(first->status == 200);
  CHECK(test::header(first, "Cache-Control") == "no-store");
  CHECK(says(first, "The &lt;Bank&gt;"));
  CHECK(says(first, "mail"));
  CHECK(says(first, "1 of 2 applications"));
  CHECK(says(first, "data-state=\"open\""));
  linked.world.loop.advance(base::seconds(30));
  const auto second = linked.look(cookie);
  CHECK(says(second, "all 2 applications"));
  CHECK(says(second, "data-state=\"final\""));
}

TEST_CASE("receipt link: ten minutes, and only with the cookie of that logout [P4]") {
  LinkedWorld linked;
  const auto cookie = linked.log_out();
  linked.world.loop.advance(base::seconds(599));
  CHECK(linked.look(cookie)->status == 200);
  std::string changed = cookie;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  const std::string strangers[] = {
      "",      "xsr-receipt=",       "xsr-receipt=" + std::string(5000, 'A'),
      changed, "xsr-recei" + cookie, "xsr-receipt=" + crypto::SealedBox(link_secret(), "login").seal("9999999999 x")};
  for (const auto& stranger : strangers) {
    CAPTURE(stranger.substr(0, 60));
    const auto page = linked.look(stranger);
    CHECK(page->status == 404);
    CHECK(!says(page, "Bank"));
  }
  linked.world.loop.advance(base::seconds(1));
  CHECK(linked.look(cookie)->status == 404);
}

TEST_CASE("receipt link: the page at the end of the provider's way has it, too [P4]") {
  LinkedWorld linked;
  linked.world.bind(config::ProviderKind::oidc);
  const auto cookie = linked.log_out();
  CHECK(linked.answer->status == 302);
  REQUIRE(!cookie.empty());
  CHECK(says(linked.world.get("/xs-router/signed-out", nullptr, {{"Cookie", cookie}}), "/xs-router/receipt"));
  CHECK(!says(linked.world.get("/xs-router/signed-out"), "/xs-router/receipt"));
}

TEST_CASE("receipt link: a receipt that is no longer at hand is read from the book [P4]") {
  LinkedWorld linked;
  logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), linked.book, linked.world.clock);
  linked.world.receipts.on_evidence([&](logout::Receipt& receipt) { chain.add(receipt); });
  const auto cookie = linked.log_out();
  linked.world.loop.run_ready();
  for (std::size_t i = 0; i < logout::Receipts::kKept; ++i) linked.world.receipts.open(logout::Cause::timeout, "bob");
  CHECK(linked.world.receipts.find(test::header(linked.answer, "x-logout-id")) == nullptr);
  const auto page = linked.look(cookie);
  CHECK(page->status == 200);
  CHECK(says(page, "The &lt;Bank&gt;"));
  CHECK(says(page, "all 2 applications"));
}

TEST_CASE(
    "receipt link: without the property, for others than browsers, and where cookies are cleared there is "
    "none [P4]") {
  struct Row {
    const char* name;
    std::function<void(test::World&)> set;
    const char* url = "/my/logout";
  };
  const Row rows[] = {
      {"off", [](test::World& world) { world.config.logout.receipt_link = false; }},
      {"cookies are cleared",
       [](test::World& world) {
         world.config.logout.clear_site_data = {"cache", "cookies"};
       }},
      {"everything is cleared", [](test::World& world) { world.config.logout.clear_site_data = {"*"}; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    LinkedWorld linked;
    row.set(linked.world);
    CHECK(linked.log_out().empty());
    CHECK(!says(linked.answer, "/xs-router/receipt"));
  }
  LinkedWorld off;
  off.world.config.logout.receipt_link = false;
  CHECK(!off.look("xsr-receipt=x"));
  LinkedWorld nobody;
  CHECK(!says(nobody.world.get("/my/logout"), "/xs-router/receipt"));
}

TEST_CASE("receipt link: the page takes GET and HEAD alone [P4]") {
  LinkedWorld linked;
  const auto cookie = linked.log_out();
  CHECK(linked.world.send(Request("HEAD", "/xs-router/receipt", {{"Cookie", cookie}}))->status == 200);
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto answer = linked.world.send(Request(method, "/xs-router/receipt", {{"Cookie", cookie}}));
    CHECK(answer->status == 405);
    CHECK(test::header(answer, "Allow") == "GET, HEAD");
  }
}

}  // namespace router::receipt_link_test
