// A double of the HTML5 application repository: descriptors and files of applications, by tenant.
//
//   StubRepository repository;
//   repository.add("/app", R"({"routes": [...]})");
//   repository.file("/app/index.html", "<p>hello</p>");
//
// An application that was not added is answered 503, as by the real one. Every request is logged.
// Members may be called from any thread.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/http_text.h"
#include "support/stub_server.h"

namespace router::test {

class StubUaa;

class StubRepository {
 public:
  // With `uaa`: only tokens of its client repo-client are taken, for the tenant that tenantid names.
  explicit StubRepository(const StubUaa* uaa = nullptr);
  ~StubRepository();
  StubRepository(const StubRepository&) = delete;
  StubRepository& operator=(const StubRepository&) = delete;

  // A binding of plan app-runtime, as VCAP_SERVICES has it.
  nlohmann::json binding() const;
  std::string origin() const { return server_.origin(); }

  // `application`: its path. For every tenant, or for the one that is named.
  void add(const std::string& application, const std::string& descriptor, const std::string& tenant = "");
  void file(const std::string& path, const std::string& content);
  // Instead of what it would answer there; 0: as it should be.
  struct Answer {
    int status = 0;
    std::string body = {};
    std::multimap<std::string, std::string> fields = {};
    bool hangs = false;  // until the double goes
  };
  void answer(const std::string& path, Answer answer);

  // Without their bodies.
  std::vector<TextMessage> requests() const;
  std::vector<TextMessage> requests_to(const std::string& path) const;
  std::size_t count(const std::string& path) const { return requests_to(path).size(); }

 private:
  void serve(const httplib::Request& request, httplib::Response& response);

  const StubUaa* uaa_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> descriptors_;  // by tenant and path
  std::map<std::string, std::string> files_;
  std::map<std::string, Answer> answers_;
  std::vector<TextMessage> requests_;
  bool stopping_ = false;
  StubServer server_;
};

}  // namespace router::test
