// One open SQLite file: prepared statements, values by type, errors as a value. The fence around sqlite3.h.
//
//   auto put = connection.statement("INSERT INTO things(name, size) VALUES(?, ?)");
//   put.bind(1, name).bind(2, size);
//   put.run();
//   if (connection.has_failed()) ...
//
// The first failure sticks until take_failure(): what follows it does nothing, so that a piece of work is
// written without a check a line. Byte strings are blobs. WAL, synchronous FULL; freed content is overwritten
// (an ended session is gone from the file, too); the file is its owner's alone (0600). Threads: one at a
// time. Source: sqlite.org/pragma.html, sqlite.org/wal.html.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace router::storage {

enum class FailureKind {
  away,     // disk full, file locked, an error of the disk: again later
  damaged,  // the file is no database (any more)
  refused   // the statement itself
};

struct Failure {
  FailureKind kind = FailureKind::refused;
  std::string detail;
};

class Connection;

// One run of a prepared statement; it goes back to the connection with this object. At most one of a text at
// a time.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* prepared) : connection_(connection), prepared_(prepared) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int place, std::int64_t number);
  // `bytes` outlives the run.
  Statement& bind(int place, std::string_view bytes);
  // To its end.
  void run();
  // Whether there is one more row.
  bool next();

  std::int64_t integer(int column) const;
  // Good until the next row.
  std::string_view bytes(int column) const;

 private:
  Connection& connection_;
  sqlite3_stmt* prepared_;  // null: the connection has failed
};

class Connection {
 public:
  // Makes the file if there is none. Errors: unavailable, with what the disk says. A file that is no database
  // opens: the first statement fails as damaged.
  static base::Result<std::unique_ptr<Connection>> open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement statement(std::string_view sql);
  // A statement without values or rows, once.
  void execute(const std::string& sql);

  bool has_failed() const { return failure_.has_value(); }
  std::optional<Failure> take_failure();
  // Rows that the last statement changed.
  std::int64_t changes() const;

 private:
  friend class Statement;
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  void set_up();
  void fail(int code);

  sqlite3* handle_;
  std::string path_;
  std::map<std::string, sqlite3_stmt*, std::less<>> prepared_;
  std::optional<Failure> failure_;
};

}  // namespace router::storage
