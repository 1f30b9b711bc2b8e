// Opens files below one folder, and none outside of it, whatever symbolic links there are.
//
// The kernel keeps each look-up beneath the folder (openat2 with RESOLVE_BENEATH): links that stay inside are
// followed, all others lead nowhere. Where the kernel refuses that call, every component is opened on its own
// and no link is followed at all. The folder itself is looked up anew for each request, so that a deployment
// may replace it. Immutable; any thread. Blocks for as long as the disk does. Source: openat2(2);
// docs/contract/descriptor.md, "Static files".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "config/private_files.h"

namespace router::backend {

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

struct OpenFile {
  enum class Kind { regular, folder, other };

  Descriptor descriptor;
  Kind kind = Kind::other;
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::chrono::system_clock::time_point modified;
};

class FileRoot {
 public:
  enum class Resolution { beneath, by_component };
  // What the kernel lets us use; asks it.
  static Resolution available_resolution();

  explicit FileRoot(std::string folder, Resolution resolution = available_resolution(),
                    const config::PrivateFiles& closed = {})
      : folder_(std::move(folder)), resolution_(resolution), closed_(closed.inside(folder_)) {}

  // Errors of both: unavailable (no descriptors left), internal (the disk).
  // Absent: there is no such folder.
  base::Result<std::optional<Descriptor>> open_folder() const;
  // `path`: relative to `folder`, which open_folder() answered. Absent: no such file inside, not readable, or closed.
  base::Result<std::optional<OpenFile>> open(const Descriptor& folder, const std::string& path) const;

 private:
  bool is_closed(int file, std::uint64_t device, std::uint64_t inode) const;

  std::string folder_;
  Resolution resolution_;
  config::PrivateFiles closed_;  // mostly none
};

}  // namespace router::backend
