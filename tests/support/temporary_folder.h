// A folder of a test's own, removed with everything in it at the end.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace router::test {

class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "xs-router-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  // Makes the folders on the way.
  void write(std::string_view name, std::string_view content) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
  void make_folder(std::string_view name) const { std::filesystem::create_directories(path_ / name); }
  void link(std::string_view name, std::string_view to) const { std::filesystem::create_symlink(to, path_ / name); }
  // Seconds since 1970.
  void set_modified(std::string_view name, long long seconds) const {
    const timespec time{static_cast<time_t>(seconds), 0};
    const timespec times[2] = {time, time};
    if (::utimensat(AT_FDCWD, (path_ / name).c_str(), times, 0) != 0) throw std::runtime_error("cannot set a time");
  }

 private:
  std::filesystem::path path_;
};

}  // namespace router::test
