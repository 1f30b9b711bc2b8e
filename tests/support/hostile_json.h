// What strangers send where an object is expected, each near a given length: many equal names, empty containers,
// brackets without end, numbers, long strings.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace router::test {

struct HostileJson {
  const char* name;
  std::string text;
  bool is_object;  // one that has nothing wrong but its size
};

inline std::string repeated(std::string_view begin, std::string_view piece, std::string_view end, std::size_t bytes) {
  std::string text(begin);
  while (text.size() + piece.size() + end.size() <= bytes) text.append(piece);
  return text.append(end);
}

inline std::vector<HostileJson> hostile_json(std::size_t bytes) {
  std::string unique = "{";
  for (int i = 0; unique.size() + 20 < bytes; ++i) unique += "\"" + std::to_string(i) + "\":0,";
  unique += "\"\":0}";
  return {
      {"equal names", repeated("{", "\"\":0,", "\"\":0}", bytes), false},
      {"equal names below", repeated("{\"a\":{", "\"b\":0,", "\"b\":0}}", bytes), false},
      {"a name twice in each of many objects", repeated("{\"a\":[", "{\"b\":0,\"b\":0},", "{}]}", bytes), false},
      {"unique names", unique, true},
      {"an array of empty objects", repeated("[", "{},", "{}]", bytes), false},
      {"empty objects", repeated("{\"a\":[", "{},", "{}]}", bytes), true},
      {"empty arrays", repeated("{\"a\":[", "[],", "[]]}", bytes), true},
      {"opening brackets", std::string(bytes, '['), false},
      {"opening braces", repeated("{", "\"a\":{", "", bytes), false},
      {"integers", repeated("{\"a\":[", "0,", "0]}", bytes), true},
      {"numbers that are dear", repeated("{\"a\":[", "5e-324,", "0]}", bytes), true},
      {"one number", repeated("{\"a\":0.", "123456789", "}", bytes), true},
      {"a number without end", repeated("{\"a\":1", "0", "}", bytes), false},
      {"one string", repeated("{\"a\":\"", "long ", "\"}", bytes), true},
      {"escapes", repeated("{\"a\":\"", "\\u00e4", "\"}", bytes), true},
      {"no UTF-8", repeated("{\"a\":\"", "\xff", "\"}", bytes), false},
      {"blanks", std::string(bytes, ' '), false},
      {"commas", repeated("{", ",", "}", bytes), false},
  };
}

// Of this thread: not the wall clock's, and hardly anybody else's.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Work>
double least_cpu_seconds(Work work, int times = 3) {
  double least = 1e9;
  for (int i = 0; i < times; ++i) {
    const double begin = cpu_seconds();
    work();
    const double took = cpu_seconds() - begin;
    if (took < least) least = took;
  }
  return least;
}

}  // namespace router::test
