// That this process alone works on a file: held as long as this object lives, let go of by the system when it
// dies.
//
// On a file beside it (NAME.lock, mode 0600), because SQLite's own locks end when anybody closes the file.
// Movable value.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace router::storage {

class FileLock {
 public:
  // Errors: conflict (another process has it), unavailable.
  static base::Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace router::storage
