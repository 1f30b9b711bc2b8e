#include "backend/file_root.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "support/temporary_folder.h"

namespace router::file_root_test {

using router::backend::Descriptor;
using router::backend::FileRoot;
using router::backend::OpenFile;
using router::test::TemporaryFolder;
using std::string;

namespace {

string read_all(const OpenFile& file) {
  string content(file.size, '\0');
  REQUIRE(::pread(file.descriptor.get(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
  return content;
}

// What a look-up finds: the content of a file, "folder", "other" or "absent".
string found(const FileRoot& root, const string& path) {
  const auto folder = root.open_folder();
  REQUIRE(folder.has_value());
  if (!*folder) return "no root";
  const auto file = root.open(**folder, path);
  REQUIRE(file.has_value());
  if (!*file) return "absent";
  if ((*file)->kind == OpenFile::Kind::folder) return "folder";
  return (*file)->kind == OpenFile::Kind::regular ? read_all(**file) : "other";
}

struct Tree {
  Tree() {
    outer.write("root/a.txt", "content of a");
    outer.write("root/deep/er/b.txt", "content of b");
    outer.write("sibling/secret.txt", "secret");
    outer.link("root/to-slash", "/");
    outer.link("root/to-sibling", "../sibling");
    outer.link("root/to-secret", "../sibling/secret.txt");
    outer.link("root/to-absolute", outer / "root/a.txt");
    outer.link("root/deep/to-a", "../a.txt");
    outer.link("root/to-deep", "deep");
    outer.link("root/loop", "loop");
    outer.link("root/dangling", "nothing");
    outer.link("root/out-and-in", "../root/a.txt");
    outer.link("root/to-self", "/proc/self/root");
    ::mkfifo((outer / "root/pipe").c_str(), 0600);
  }
  TemporaryFolder outer;
};

}  // namespace

TEST_CASE("file root: nothing outside the folder is opened, in either way of resolving") {
  const Tree tree;
  struct Row {
    const char* path;
    const char* beneath;
    const char* by_component;
  };
  const Row rows[] = {
      {"a.txt", "content of a", "content of a"},
      {"deep/er/b.txt", "content of b", "content of b"},
      {"deep", "folder", "folder"},
      {"deep/er", "folder", "folder"},
      {"deep/to-a", "content of a", "absent"},
      {"to-deep/er/b.txt", "content of b", "absent"},
      {"missing.txt", "absent", "absent"},
      {"missing/a.txt", "absent", "absent"},
      {"a.txt/index.html", "absent", "absent"},
      {"../sibling/secret.txt", "absent", "absent"},
      {"deep/../../sibling/secret.txt", "absent", "absent"},
      {"/etc/passwd", "absent", "absent"},
      {"to-slash", "absent", "absent"},
      {"to-slash/etc/passwd", "absent", "absent"},
      {"to-self/etc/passwd", "absent", "absent"},
      {"to-sibling", "absent", "absent"},
      {"to-sibling/secret.txt", "absent", "absent"},
      {"to-secret", "absent", "absent"},
      {"to-absolute", "absent", "absent"},
      {"out-and-in", "absent", "absent"},
      {"loop", "absent", "absent"},
      {"dangling", "absent", "absent"},
      {"pipe", "other", "other"},
      {"", "absent", "absent"},
  };
  const FileRoot beneath(tree.outer / "root", FileRoot::Resolution::beneath);
  const FileRoot by_component(tree.outer / "root", FileRoot::Resolution::by_component);
  const bool kernel_can = FileRoot::available_resolution() == FileRoot::Resolution::beneath;
  for (const auto& row : rows) {
    CAPTURE(row.path);
    if (kernel_can) CHECK(found(beneath, row.path) == row.beneath);
    CHECK(found(by_component, row.path) == row.by_component);
  }
}

TEST_CASE("file root: names that are too long name nothing") {
  const Tree tree;
  for (const auto how : {FileRoot::available_resolution(), FileRoot::Resolution::by_component}) {
    const FileRoot root(tree.outer / "root", how);
    CHECK(found(root, string(256, 'a')) == "absent");
    string deep;
    while (deep.size() < 8000) deep.append("deep/");
    CHECK(found(root, deep + "a") == "absent");
  }
}

TEST_CASE("file root: a folder that comes, goes or is replaced is seen by the next request") {
  const TemporaryFolder outer;
  const FileRoot root(outer / "root");
  CHECK(found(root, "a.txt") == "no root");
  outer.write("root/a.txt", "first");
  CHECK(found(root, "a.txt") == "first");
  std::filesystem::rename(outer / "root", outer / "old");
  outer.write("root/a.txt", "second");
  CHECK(found(root, "a.txt") == "second");
  std::filesystem::remove_all(outer / "root");
  outer.write("root", "a file");
  CHECK(found(root, "a.txt") == "no root");
}

TEST_CASE("file root: the localDir itself may be a link") {
  const Tree tree;
  tree.outer.link("current", "root");
  CHECK(found(FileRoot(tree.outer / "current"), "a.txt") == "content of a");
}

TEST_CASE("file root: a closed file is not opened while it is replaced, nor where its link led to [issue 9]") {
  const Tree tree;
  tree.outer.write("root/secret.json", "secret");
  tree.outer.link("root/to-key", "old.key");
  tree.outer.write("root/old.key", "secret");
  config::PrivateFiles closed;
  closed.files = {tree.outer / "root/secret.json", tree.outer / "root/to-key"};
  const FileRoot root(tree.outer / "root", FileRoot::available_resolution(), closed);
  std::filesystem::remove(tree.outer / "root/to-key");
  tree.outer.link("root/to-key", "a.txt");
  CHECK(found(root, "old.key") == "absent");
  CHECK(found(root, "a.txt") == "absent");
  std::atomic<bool> done{false};
  std::thread replacing([&] {
    while (!done) {
      tree.outer.write("next.json", "secret");
      std::filesystem::rename(tree.outer / "next.json", tree.outer / "root/secret.json");
    }
  });
  int opened = 0;
  for (int i = 0; i < 2'000; ++i) opened += found(root, "secret.json") == "absent" ? 0 : 1;
  done = true;
  replacing.join();
  CHECK(opened == 0);
}

TEST_CASE("file root: size and time of an open file are told") {
  const Tree tree;
  tree.outer.set_modified("root/a.txt", 1'700'000'000);
  const FileRoot root(tree.outer / "root");
  const auto folder = root.open_folder();
  const auto file = root.open(**folder, "a.txt");
  REQUIRE((file.has_value() && *file));
  CHECK((*file)->size == 12);
  CHECK((*file)->modified == std::chrono::system_clock::from_time_t(1'700'000'000));
}

}  // namespace router::file_root_test
