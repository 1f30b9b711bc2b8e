#include "http/accept_encoding.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace router::http {
namespace {

// Thousandths; absent = not listed.
struct Weights {
  std::optional<int> br;
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> any;
};

// "0", "0.5", "1.000"; anything else weighs nothing.
int read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = (text[0] - '0') * 1000;
  int place = 100;
  for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    weight += (text[i] - '0') * place;
  }
  return weight <= 1000 ? weight : 0;
}

int weight_of(std::string_view parameters) {
  for (const auto parameter : base::split(parameters, ';')) {
    const auto [name, value] = base::cut(base::trim(parameter), '=');
    if (value && base::equals_ignoring_case(base::trim(name), "q")) return read_weight(base::trim(*value));
  }
  return 1000;
}

void read_line(std::string_view line, Weights& weights) {
  for (const auto item : base::split(line, ',')) {
    const auto [name_text, parameters] = base::cut(item, ';');
    const auto name = base::trim(name_text);
    const int weight = parameters ? weight_of(*parameters) : 1000;
    if (base::equals_ignoring_case(name, "br")) weights.br = weight;
    if (base::equals_ignoring_case(name, "gzip") || base::equals_ignoring_case(name, "x-gzip")) {
      weights.gzip = weight;
    }
    if (base::equals_ignoring_case(name, "identity")) weights.identity = weight;
    if (name == "*") weights.any = weight;
  }
}

}  // namespace

std::string_view to_string(Coding coding) { return coding == Coding::br ? "br" : "gzip"; }

std::vector<Coding> accepted_codings(const Headers& request) {
  Weights weights;
  for (const auto& [name, value] : request) {
    if (base::equals_ignoring_case(name, "Accept-Encoding")) read_line(value, weights);
  }
  const int any = weights.any.value_or(0);
  const int br = weights.br.value_or(any);
  const int gzip = weights.gzip.value_or(any);
  // not listed, it is acceptable, but nobody asked for it
  const int least = std::max(weights.identity.value_or(0), 1);

  std::vector<Coding> codings;
  if (br >= least) codings.push_back(Coding::br);
  if (gzip >= least) codings.push_back(Coding::gzip);
  if (codings.size() == 2 && gzip > br) std::swap(codings[0], codings[1]);
  return codings;
}

}  // namespace router::http
