#include "backend/file_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

// O_NONBLOCK: opening a pipe must not wait for its other end.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
// The kernel gives up on a look-up that a rename crosses; more than this is no accident.
constexpr int kMostOpens = 8;
// What proc(5) adds to the name of a file that another one has replaced.
constexpr std::string_view kDeleted = " (deleted)";

int open_beneath(int folder, const char* path) {
  open_how how{};
  how.flags = kReadFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 1;; ++attempt) {
    const long opened = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (opened >= 0) return static_cast<int>(opened);
    if ((errno != EAGAIN && errno != EINTR) || attempt == kMostOpens) return -1;
  }
}

int open_by_component(int folder, const std::string& path) {
  Descriptor parent;
  std::size_t begin = 0;
  for (;;) {
    const int from = parent ? parent.get() : folder;
    const auto end = path.find('/', begin);
    const std::string name = path.substr(begin, end == std::string::npos ? end : end - begin);
    if (name == "..") {
      errno = EXDEV;
      return -1;
    }
    if (end == std::string::npos) return ::openat(from, name.c_str(), kReadFlags | O_NOFOLLOW);
    Descriptor next(::openat(from, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return -1;
    parent = std::move(next);
    begin = end + 1;
  }
}

// Whether `fault` says that there is nothing to serve, rather than that something is wrong with us.
bool means_absent(int fault) {
  switch (fault) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
    case ENXIO:
    case ENODEV:
    case EINVAL:
      return true;
    default:
      return false;
  }
}

// What is written beside a file goes on so: state.db-wal, log.1; a folder's ends with '/'.
bool goes_on(std::string_view path, std::string_view beginning) {
  if (!path.starts_with(beginning)) return false;
  const auto rest = path.substr(beginning.size());
  return rest.empty() || beginning.ends_with('/') ||
         std::string_view("/.-").find(rest.front()) != std::string_view::npos;
}

Error describe_fault(int fault) {
  const bool for_now = fault == EMFILE || fault == ENFILE || fault == ENOMEM || fault == EAGAIN;
  return {for_now ? ErrorCode::unavailable : ErrorCode::internal, Side::router,
          "cannot open a static file: " + std::generic_category().message(fault), for_now};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

FileRoot::Resolution FileRoot::available_resolution() {
  const Descriptor probe(open_beneath(AT_FDCWD, "."));
  // other faults, such as a working directory that cannot be read, say nothing about the call
  const bool refused = !probe && (errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == E2BIG);
  return refused ? Resolution::by_component : Resolution::beneath;
}

Result<std::optional<Descriptor>> FileRoot::open_folder() const {
  Descriptor folder(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder) return std::optional(std::move(folder));
  if (!means_absent(errno)) return describe_fault(errno);
  return std::optional<Descriptor>();
}

// By what the file is, whatever it was called by: a link leads to the same. Looked at each time, for files are replaced;
// by its path, too, as that may have happened just now.
bool FileRoot::is_closed(int file, std::uint64_t device, std::uint64_t inode) const {
  for (const auto& name : closed_.files) {
    struct stat other {};
    if (::stat(name.c_str(), &other) == 0 && other.st_dev == device && other.st_ino == inode) return true;
  }
  std::error_code fault;
  auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), fault).string();
  if (fault) return true;
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  if (std::find(closed_.files.begin(), closed_.files.end(), path) != closed_.files.end()) return true;
  return std::any_of(closed_.beginnings.begin(), closed_.beginnings.end(),
                     [&](const std::string& beginning) { return goes_on(path, beginning); });
}

Result<std::optional<OpenFile>> FileRoot::open(const Descriptor& folder, const std::string& path) const {
  Descriptor opened(resolution_ == Resolution::beneath ? open_beneath(folder.get(), path.c_str())
                                                       : open_by_component(folder.get(), path));
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) != 0) {
    if (!means_absent(errno)) return describe_fault(errno);
    return std::optional<OpenFile>();
  }
  if (!closed_.empty() && is_closed(opened.get(), status.st_dev, status.st_ino)) return std::optional<OpenFile>();
  OpenFile file;
  file.descriptor = std::move(opened);
  file.kind = S_ISREG(status.st_mode)   ? OpenFile::Kind::regular
              : S_ISDIR(status.st_mode) ? OpenFile::Kind::folder
                                        : OpenFile::Kind::other;
  file.size = static_cast<std::uint64_t>(status.st_size);
  file.device = status.st_dev;
  file.inode = status.st_ino;
  file.modified = std::chrono::system_clock::time_point(std::chrono::seconds(status.st_mtim.tv_sec) +
                                                        std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return std::optional(std::move(file));
}

}  // namespace router::backend
