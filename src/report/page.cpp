#include "lehr/report/page.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>

#include "report/page_assets.hpp"
#include "report/page_data.hpp"

namespace lehr::report {
namespace {

/// Limits that keep many runs with many layers within a few megabytes. A batch takes about 30 bytes, a column
/// of a layer's picture about 55, the pictures of a run about 200,000.
PageLimits limits_for(std::span<const store::RunRecords> runs) {
  constexpr std::size_t full_layers = 64;
  constexpr std::size_t full_runs = 8;
  const auto divisor = [](std::size_t count, std::size_t full) {
    return std::max<std::size_t>(1, (count + full - 1) / full);
  };
  std::size_t layers = 0;
  for (const store::RunRecords& run : runs) layers += run.layers.size();
  const PageLimits most;
  return {.points = std::max<std::size_t>(most.points / divisor(runs.size(), full_runs), 100),
          .columns = std::max<std::size_t>(most.columns / divisor(layers, full_layers), 50),
          .pictures = runs.size() <= full_runs};
}

/// Writes JSON for a script element. No text in it can end the element.
void write_json(std::ostream& out, const nlohmann::json& data) {
  const std::string text = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::size_t from = 0;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', from)) {
    out << std::string_view(text).substr(from, at - from) << "\\u003c";
    from = at + 1;
  }
  out << std::string_view(text).substr(from);
}

void write_records(std::ostream& out, std::span<const store::RunRecords> runs) {
  const PageLimits limits = limits_for(runs);
  out << '[';
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i > 0) out << ",\n";
    write_json(out, run_data(runs[i], limits));
  }
  out << ']';
}

}  // namespace

// page.html has placeholders: {{style}}, {{records}}, {{nonce}}, {{scripts}}.
void write_page(std::ostream& out, std::span<const store::RunRecords> runs, std::string_view nonce) {
  std::string_view rest = page_assets::html;
  for (;;) {
    const std::size_t begin = rest.find("{{");
    if (begin == std::string_view::npos) break;
    out << rest.substr(0, begin);
    const std::size_t end = rest.find("}}", begin);
    const std::string_view slot = rest.substr(begin + 2, end - begin - 2);
    if (slot == "style") out << page_assets::style;
    if (slot == "scripts")
      std::ranges::copy(page_assets::scripts, std::ostream_iterator<std::string_view>(out));
    if (slot == "nonce" && !nonce.empty()) out << " nonce=\"" << nonce << '"';
    if (slot == "records") write_records(out, runs);
    rest.remove_prefix(end + 2);
  }
  out << rest;
}

}  // namespace lehr::report
