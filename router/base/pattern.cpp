#include "base/pattern.h"

#include <algorithm>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/pattern_dialect.h"

namespace router::base {
namespace {

// 1 ms of work at the most for a hostile path (docs/contract/reliability.md D2); ordinary routes need a few hundred
// steps.
constexpr std::uint32_t kMatchLimit = 100'000;
constexpr std::uint32_t kDepthLimit = 10'000;
// Compiled code runs on its own stack: the 32 KiB that PCRE2 takes otherwise are too small for repeated
// groups on a long path.
constexpr std::size_t kSmallestStack = 32 * 1024;
constexpr std::size_t kLargestStack = 512 * 1024;
constexpr std::uint32_t kNoPart = UINT32_MAX;

// What a thread needs for matching, made once.
struct Workspace {
  Workspace()
      : context(pcre2_match_context_create(nullptr)),
        data(pcre2_match_data_create(Pattern::Groups::kKept, nullptr)),
        stack(pcre2_jit_stack_create(kSmallestStack, kLargestStack, nullptr)) {
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_depth_limit(context, kDepthLimit);
    if (stack != nullptr) pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Workspace() {
    if (stack != nullptr) pcre2_jit_stack_free(stack);
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  pcre2_match_context* context;
  pcre2_match_data* data;
  pcre2_jit_stack* stack;
};

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() == nullptr ? "" : text.data());
}

std::uint32_t pattern_info(const pcre2_code* code, std::uint32_t what) {
  std::uint32_t value = 0;
  pcre2_pattern_info(code, what, &value);
  return value;
}

}  // namespace

struct Pattern::Code {
  explicit Code(pcre2_code* compiled) : code(compiled) {}
  ~Code() { pcre2_code_free(code); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  pcre2_code* code;
};

Pattern::Pattern(std::shared_ptr<const Code> code, std::string source, std::size_t groups)
    : code_(std::move(code)), source_(std::move(source)), group_count_(groups) {}

std::optional<std::string_view> Pattern::Groups::in(std::string_view subject, std::size_t index) const {
  if (index >= size_ || spans_[index].end > subject.size()) return std::nullopt;  // kNoPart is the largest
  return subject.substr(spans_[index].begin, spans_[index].end - spans_[index].begin);
}

std::variant<Pattern, Pattern::CompileError> Pattern::compile(std::string_view source, bool match_case) {
  int fault = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_ALT_BSUX |
                                PCRE2_MATCH_UNSET_BACKREF | (match_case ? 0U : PCRE2_CASELESS);
  const PatternText text = javascript_pattern(source);
  pcre2_code* compiled = pcre2_compile(units(text.text), text.text.size(), options, &fault, &offset, nullptr);
  if (compiled == nullptr) {
    unsigned char message[256];
    pcre2_get_error_message(fault, message, sizeof message);
    return CompileError{reinterpret_cast<const char*>(message), text.origin_of(offset)};
  }
  auto code = std::make_shared<const Code>(compiled);
  pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);  // without JIT support the interpreter takes over
  const std::size_t groups = pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT);
  return Pattern(std::move(code), std::string(source), std::min(groups, Groups::kKept - 1));
}

std::optional<Pattern> Pattern::checked(std::string_view source) {
  if (source.empty()) return std::nullopt;
  auto compiled = compile(source);
  auto* usable = std::get_if<Pattern>(&compiled);
  return usable == nullptr ? std::nullopt : std::optional(std::move(*usable));
}

Result<std::optional<Pattern::Match>> Pattern::match(std::string_view subject) const {
  thread_local Workspace workspace;
  const int found = pcre2_match(code_->code, units(subject), subject.size(), 0, 0, workspace.data, workspace.context);
  if (found == PCRE2_ERROR_NOMATCH) return std::optional<Match>();
  if (found < 0) {
    return Error{ErrorCode::overloaded, Side::router,
                 "regular expression " + source_ + " gave up (PCRE2 code " + std::to_string(found) + ")"};
  }
  // 0 says that there are more groups than room: all that are kept are there.
  const std::size_t set = found == 0 ? Groups::kKept : static_cast<std::size_t>(found);
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(workspace.data);
  std::optional<Match> match(std::in_place);
  match->begin = ends[0];
  match->end = ends[1];
  match->groups.subject_ = subject;
  match->groups.size_ = group_count_ + 1;
  for (std::size_t group = 0; group <= group_count_; ++group) {
    const bool took_part = group < set && ends[2 * group] != PCRE2_UNSET;
    match->groups.spans_[group] = {took_part ? static_cast<std::uint32_t>(ends[2 * group]) : kNoPart,
                                   took_part ? static_cast<std::uint32_t>(ends[2 * group + 1]) : kNoPart};
  }
  return match;
}

std::optional<std::size_t> Pattern::group_number(std::string_view name) const {
  const std::string terminated(name);
  const int number = pcre2_substring_number_from_name(code_->code, units(terminated));
  if (number <= 0) return std::nullopt;
  return static_cast<std::size_t>(number);
}

bool Pattern::has_named_groups() const { return pattern_info(code_->code, PCRE2_INFO_NAMECOUNT) > 0; }

}  // namespace router::base
