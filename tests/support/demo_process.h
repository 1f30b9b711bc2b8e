// The demo's identity provider and back-ends (xs-router-demo) as a process of their own.
//
// Listens when the constructor returns, or that throws. The destructor ends it.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/temporary_folder.h"

namespace router::test {

class DemoProcess {
 public:
  // `router`: the origin that browsers see, registered at the provider.
  explicit DemoProcess(const std::string& router);
  ~DemoProcess();
  DemoProcess(const DemoProcess&) = delete;
  DemoProcess& operator=(const DemoProcess&) = delete;

  // issuer, client_id, client_secret, orders, invoices.
  std::string value(const std::string& name) const;

 private:
  std::string output() const;

  TemporaryFolder folder_;
  pid_t pid_ = -1;
};

}  // namespace router::test
