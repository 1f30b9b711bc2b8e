// A double of the HTML5 application repository: descriptors and files of applications, by tenant.
//
//   StubRepository repository;
//   repository.add("/app", R"({"routes": [...]})");
//   repository.file("/app/index.html", "<p>hello</p>");
//
// An application that was not added is answered 503, as by the real one. Every request is logged. Served by
// cpp-httplib on loopback; members may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace router::test {

class StubUaa;

struct RepositoryRequest {
  std::string method;
  std::string target;
  std::multimap<std::string, std::string> fields;

  std::string field(const std::string& name) const {
    for (const auto& [key, value] : fields) {
      if (key.size() == name.size() && std::equal(key.begin(), key.end(), name.begin(), [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
          })) {
        return value;
      }
    }
    return {};
  }
};

class StubRepository {
 public:
  // With `uaa`: only tokens of its client repo-client are taken, for the tenant that tenantid names.
  explicit StubRepository(const StubUaa* uaa = nullptr);
  ~StubRepository();
  StubRepository(const StubRepository&) = delete;
  StubRepository& operator=(const StubRepository&) = delete;

  // A binding of plan app-runtime, as VCAP_SERVICES has it.
  nlohmann::json binding() const;
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

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

  std::vector<RepositoryRequest> requests() const;
  std::vector<RepositoryRequest> requests_to(const std::string& path) const;
  std::size_t count(const std::string& path) const { return requests_to(path).size(); }

 private:
  void serve(const httplib::Request& request, httplib::Response& response);

  const StubUaa* uaa_;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> descriptors_;  // by tenant and path
  std::map<std::string, std::string> files_;
  std::map<std::string, Answer> answers_;
  std::vector<RepositoryRequest> requests_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace router::test
