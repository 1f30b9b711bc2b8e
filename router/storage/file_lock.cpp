#include "storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error{ErrorCode::unavailable, Side::store, name + ": " + std::strerror(errno), true};
  FileLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return Error{ErrorCode::conflict, Side::store,
                 path + " is in use by another process: each router needs a STATE_DIR of its own"};
  }
  return Error{ErrorCode::unavailable, Side::store, name + ": " + std::strerror(errno), true};
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace router::storage
