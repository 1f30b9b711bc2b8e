#include "crypto/jose_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace router::crypto {

namespace {

using nlohmann::json;

// Builds the value while it is read; `false` ends the reading at once.
class BoundedBuilder final : public nlohmann::json_sax<json> {
 public:
  explicit BoundedBuilder(const JsonBounds& bounds) : bounds_(bounds) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return !open_.empty() && open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    const auto [place, is_new] = open_.back()->emplace(std::move(name), nullptr);
    member_ = &*place;
    return is_new;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  json take_root() { return std::move(root_); }

 private:
  // Null: one value too many, or a root that is no object.
  json* place(json value) {
    if (++values_ > bounds_.values) return nullptr;
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_object()) {
      *member_ = std::move(value);
      return member_;
    }
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool put(json value) { return !open_.empty() && place(std::move(value)) != nullptr; }
  bool open(json container) {
    if (open_.size() >= bounds_.depth) return false;
    json* const placed = place(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const JsonBounds& bounds_;
  json root_;
  std::vector<json*> open_;  // a container does not move while something in it is open
  json* member_ = nullptr;   // whose value comes next
  std::size_t values_ = 0;
};

}  // namespace

std::optional<json> parse_json_object(std::string_view text, const JsonBounds& bounds) {
  if (text.size() > bounds.bytes) return std::nullopt;
  BoundedBuilder builder(bounds);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take_root();
}

}  // namespace router::crypto
