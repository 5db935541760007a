#include "callbacks/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lehr/callbacks/progress_bar.hpp"

namespace lehr {
namespace {

constexpr int shortest_bar = 5;
constexpr int longest_bar = 30;

std::string tail_of(const ProgressLine& line) {
  std::string tail = fmt::format(" {:3.0f} %", 100 * std::clamp(line.share, 0.0, 1.0));
  for (const std::string* part : {&line.loss, &line.speed, &line.left, &line.state}) {
    if (!part->empty()) tail += "  " + *part;
  }
  return tail;
}

}  // namespace

std::string fitted(const ProgressLine& line, int columns) {
  const auto room = static_cast<std::size_t>(std::max(columns - 1, 0));
  ProgressLine shown = line;
  const auto fits = [&] { return shown.whole.size() + tail_of(shown).size() <= room; };
  for (std::string ProgressLine::*part : {&ProgressLine::speed, &ProgressLine::left, &ProgressLine::loss}) {
    if (!fits()) (shown.*part).clear();
  }
  if (!fits()) shown.whole = shown.brief;
  if (!fits()) shown.state.clear();
  const std::string tail = tail_of(shown);
  const std::size_t text = shown.whole.size() + tail.size();
  if (text > room) return (shown.whole + tail).substr(0, room);
  const int left = static_cast<int>(room - text) - 1;
  if (left < shortest_bar) return shown.whole + tail;
  return shown.whole + " " + bar_text(line.share, std::min(left, longest_bar)) + tail;
}

}  // namespace lehr
