// The running router as the management port sees it.
//
// Owner: Router, which it outlives no longer than the port's threads run. Called on those threads; asks the loops, and
// gives up after management::kPatience. What is not answered in time is left out of measured(), and no dependency is
// ready that did not answer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "app/endings.h"
#include "app/parts.h"
#include "config/issue.h"
#include "management/ask.h"
#include "management/operations.h"
#include "net/asio_backend.h"
#include "net/server.h"
#include "pipeline/graph.h"

namespace router::app {

class Operations final : public management::Operations {
 public:
  // A core of the data plane.
  struct Core {
    net::AsioLoop& loop;
    const net::AsioBackendPool& pool;
    const net::Server& server;
  };
  // What is in force; asked for on the background loop.
  struct InForce {
    std::shared_ptr<const pipeline::Graph> graph;
    std::shared_ptr<net::ServerTls> tls;               // null: none
    std::shared_ptr<const std::string> configuration;  // JSON without secrets
  };
  using Reloaded = std::function<void(management::ReloadOutcome)>;
  struct Given {
    Parts& parts;
    std::vector<Core> cores;
    const std::atomic<bool>& stopping;
    std::function<InForce()> in_force;     // background loop
    std::function<void(Reloaded)> reload;  // background loop; tells how it went, once
  };

  explicit Operations(Given given);

  management::Readiness readiness() override;
  std::vector<base::MetricReading> measured() override;
  Looked look() override;
  base::Result<std::string> configuration() override;
  void after(base::minutes time, std::function<void()> work) override;
  base::Result<management::ReloadOutcome> reload() override;
  base::Result<std::string> explain(management::ExplainQuestion question) override;
  base::Result<std::string> receipts(management::ReceiptQuestion question) override;
  base::Result<std::string> receipt(std::string logout_id, bool as_jws) override;
  base::Result<std::string> receipt_keys() override;
  base::Result<std::string> sessions(management::SessionQuestion question) override;
  base::Result<std::string> end_sessions(management::EndWish wish) override;
  base::Result<std::string> end_session(std::string fingerprint) override;
  base::Result<std::string> signals() override;
  base::Result<std::string> outbox(management::OutboxQuestion question) override;
  base::Result<management::Retried> retry_calls(management::RetryWish wish) override;
  base::Result<void> drop_call(std::string call_id) override;
  base::Result<std::string> applications(management::ApplicationQuestion question) override;
  base::Result<void> drop_application(std::string key) override;

 private:
  struct AskedReadiness {
    management::Asked<std::vector<management::Dependency>> dependencies;
    std::vector<management::Asked<bool>> loops;
  };
  AskedReadiness ask_readiness();
  management::Readiness readiness_of(AskedReadiness asked, base::SteadyTime ends) const;
  // Absent: no answer in time.
  std::optional<InForce> in_force();
  base::Task<base::Result<logout::Ended>> end_by_rules_in_force(logout::Selection selection);

  Given given_;
  Endings endings_;
};

}  // namespace router::app
