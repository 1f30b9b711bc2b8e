// A compiled regular expression. The fence around PCRE2.
//
// ECMAScript-flavoured: `$` matches at the very end only, `[]` is an empty class, `\u0041` is a character, a
// back reference to a group that took no part matches the empty string (docs/contract/descriptor.md, "Matching").
// Matching is containment (use ^ and $), JIT-compiled, allocates nothing, and is bounded: a pathological
// pattern fails with ErrorCode::overloaded instead of hanging.
// Immutable after compile; copies share the compiled code; match() is safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace router::base {

class Pattern {
 public:
  // What PCRE2 said, and where in the pattern (0-based offset).
  struct CompileError {
    std::string message;
    std::size_t offset = 0;
  };

  // Capture groups of a match; group 0 is the whole match, groups that took no part are absent. Kept as
  // offsets, so that they can also be read from a moved or rebuilt subject.
  class Groups {
   public:
    static constexpr std::size_t kKept = 16;  // the groups after the 15th match, but are not kept

    std::size_t size() const { return size_; }
    // Views into the subject that was given to match().
    std::optional<std::string_view> operator[](std::size_t index) const { return in(subject_, index); }
    // Views into another copy of that subject.
    std::optional<std::string_view> in(std::string_view subject, std::size_t index) const;

   private:
    friend class Pattern;
    struct Span {
      std::uint32_t begin = 0;
      std::uint32_t end = 0;
    };
    std::string_view subject_;
    std::array<Span, kKept> spans_;
    std::size_t size_ = 0;
  };

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    Groups groups;
  };

  static std::variant<Pattern, CompileError> compile(std::string_view source, bool match_case = true);
  // What has been checked before. Absent: empty, or refused all the same.
  static std::optional<Pattern> checked(std::string_view source);

  // Absent: no match. Error: the match limit was hit.
  Result<std::optional<Match>> match(std::string_view subject) const;

  // How many groups can be referred to; at most Groups::kKept - 1.
  std::size_t group_count() const { return group_count_; }
  // The number of the group (?<name>...).
  std::optional<std::size_t> group_number(std::string_view name) const;
  bool has_named_groups() const;
  const std::string& source() const { return source_; }

 private:
  struct Code;
  Pattern(std::shared_ptr<const Code> code, std::string source, std::size_t groups);

  std::shared_ptr<const Code> code_;
  std::string source_;
  std::size_t group_count_ = 0;
};

}  // namespace router::base
