#include "lehr/core/error.hpp"

#include <algorithm>
#include <vector>

#include "lehr/core/text.hpp"

namespace lehr {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view given, std::span<const std::string> valid) {
  constexpr std::size_t max_considered = 256;  // limits the time for very long input
  given = given.substr(0, max_considered);
  std::string best;
  std::size_t best_distance = given.size() / 2 + 2;
  for (const std::string& name : valid) {
    const std::size_t distance = edit_distance(given, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

BadInput unknown_name(std::string_view what, std::string_view given, std::span<const std::string> valid) {
  std::string message = "unknown " + std::string(what) + " " + in_quotes(given);
  if (const std::string nearest = nearest_name(given, valid); !nearest.empty()) {
    message += "; did you mean \"" + nearest + "\"?";
  }
  message += " (valid:";
  for (std::size_t i = 0; i < valid.size(); ++i) message += (i == 0 ? " " : ", ") + valid[i];
  return BadInput(message + ")");
}

}  // namespace lehr
