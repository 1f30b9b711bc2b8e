// One request on its way to the back-end and its answer on the way back. Nothing is buffered whole.
//
// Rules: docs/contract/http.md "Forwarding". The request is tried again on a fresh connection only when a kept-alive
// one closed before any answer byte, the method is idempotent and there is no body. An answer that arrives before the
// request body has been sent ends the client's connection after it. Cookies of the back-end go to the session first,
// then the head to the browser. Where the back-end's connections get scarce, a small request body is gathered before it
// takes one, so that slow senders leave them to the others. Logout ends what is under way: with 401 where no answer has
// begun. What a user sent before it (any method but GET, HEAD, OPTIONS) is his work: it is finished and answered all
// the same, also when his browser goes on meanwhile. Its answer sets no cookie any more, and has the destination's
// time-out to come to its end. Made for one call, on its exchange's loop; what it refers to outlives run().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.h"
#include "backend/body_pump.h"
#include "backend/compressed_body.h"
#include "backend/cookie_jar.h"
#include "backend/lasting_answer.h"
#include "backend/passage_metrics.h"
#include "net/backend_origin.h"

namespace router::backend {

// What holds for one destination's answers beside the rules for all.
struct PassageRules {
  // Statuses that are about the router's own credentials, and so nobody else's business: nothing is sent, run() ends
  // with an error that is_kept_back().
  std::span<const int> kept_back = {};
  // Of 200, 206 and 304 that have none; empty: none is added.
  std::string_view cache_control = {};
  std::string_view before_path = {};  // in the request line: the back-end's own origin, for a proxy
  std::string_view added_lines = {};  // "Name: value\r\n" of the router's own, for a proxy or a service
};
bool is_kept_back(const base::Error& error);

class Passage final : private net::RelayRules {
 public:
  Passage(Call& call, const config::Destination& destination, const config::Configuration& config,
          const net::BackendOrigin& origin, CompressionSlots& slots, const PassageMetrics& metrics,
          PassageRules rules = {})
      : call_(call),
        destination_(destination),
        config_(config),
        origin_(origin),
        body_(slots),
        metrics_(metrics),
        rules_(rules),
        timeout_(call.route().timeout.value_or(destination.timeout)),
        lasting_(
            call, [this] { end_with_session(); }, destination.name) {}

  ~Passage() override { call_.exchange.watch_client(nullptr); }
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  base::Task<base::Result<void>> run(std::string path);

 private:
  bool should_gather_body() const;
  base::Task<base::Result<void>> gather_body();
  void take_connection(std::unique_ptr<net::BackendConnection> connection);
  bool give_connection_back(const base::Result<void>& passed);
  base::Task<base::Result<void>> exchange_messages(const std::string& head);
  bool has_final_head() const;
  base::Task<base::Result<void>> pass_interim_head(int so_far);
  void note_head(std::chrono::steady_clock::duration took);
  std::optional<base::Error> what_is_kept_back() const;
  base::Result<void> begin_answer();
  base::Result<std::string_view> on_the_way(std::string_view piece, http::Flush flush) override;
  void taken() override;
  http::Fields passed_trailers(const http::Headers& sent) override;
  base::Task<base::Result<void>> switch_protocols();
  std::string request_head(std::string_view path) const;
  base::Task<base::Result<void>> keep_cookies();
  base::Task<base::Result<void>> save_in_jar();
  base::Task<base::Result<void>> open_jar();
  // They refer to this, and to the back-end's head.
  http::Fields response_fields();
  JarScope scope() const;
  base::Error pump_fault_or(base::Error error);
  bool is_work() const;
  static base::Error ended_meanwhile();
  void end_with_session();
  void leave_with_client();
  void cut_off();
  void give_up();

  Call& call_;
  const config::Destination& destination_;
  const config::Configuration& config_;
  const net::BackendOrigin& origin_;
  CompressedBody body_;
  const PassageMetrics& metrics_;
  const PassageRules rules_;
  base::milliseconds timeout_;
  net::ConnectionWish* wish_ = nullptr;                 // while we wait for a connection
  std::unique_ptr<net::BackendConnection> connection_;  // until an upgrade takes it
  std::optional<BodyPump> pump_;
  std::string path_;      // at the back-end, without query
  std::string location_;  // instead of the back-end's, or empty
  SetCookies cookies_;
  LastingAnswer lasting_;
  bool is_event_stream_ = false;
  bool session_over_ = false;
  bool gathering_ = false;
  bool has_continued_ = false;  // the client was sent "100 Continue" by us
};

}  // namespace router::backend
