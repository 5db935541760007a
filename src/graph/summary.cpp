#include "lehr/graph/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graph/checks.hpp"
#include "lehr/graph/cost.hpp"

namespace lehr {
namespace {

void add_to(std::int64_t& total, std::int64_t value) {
  if (__builtin_add_overflow(total, value, &total)) {
    throw BadInput("the graph's total work is more than 64 bits can count");
  }
}

// Three significant digits, with the largest unit for which the number is at least 1.
std::string with_unit(std::int64_t value, double base, std::span<const std::string_view> units) {
  auto scaled = static_cast<double>(value);
  std::size_t unit = 0;
  const auto rounds_up_to_base = [&] { return unit > 0 ? scaled >= base - 0.5 : scaled >= base; };
  while (rounds_up_to_base() && unit + 1 < units.size()) {
    scaled /= base;
    ++unit;
  }
  const int decimals = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  const std::string_view gap = units[unit].empty() ? "" : " ";
  return fmt::format("{:.{}f}{}{}", scaled, decimals, gap, units[unit]);
}

constexpr std::size_t columns = 9;
// Columns before it contain text and are left-aligned; numbers are right-aligned.
constexpr std::size_t first_number = 5;
using Line = std::array<std::string, columns>;

Line header_line() {
  return {"name",       "type",  "output", "kernel/stride", "receptive field",
          "parameters", "FLOPs", "share",  "activations"};
}

std::string window_text(const Window& window) {
  std::string text =
      fmt::format("{}x{}/{}x{}", window.kernel_h, window.kernel_w, window.stride_h, window.stride_w);
  if (window.dilation_h != 1 || window.dilation_w != 1) {
    text += fmt::format(" dilated {}x{}", window.dilation_h, window.dilation_w);
  }
  return text;
}

Line line_of(const SummaryRow& row) {
  return {row.name,
          row.type,
          row.output.str(),
          row.window ? window_text(*row.window) : "-",
          fmt::format("{}x{}", row.receptive_field_h, row.receptive_field_w),
          fmt::format("{}", row.parameters),
          human_count(row.flops),
          fmt::format("{:.1f} %", 100 * row.flops_share),
          human_bytes(row.activation_bytes)};
}

Line total_line(const SummaryRow& total) {
  Line line = line_of(total);
  std::fill(line.begin() + 1, line.begin() + first_number, "");
  return line;
}

std::string aligned(const std::vector<Line>& lines) {
  std::array<std::size_t, columns> widths{};
  for (const Line& line : lines) {
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], line[c].size());
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < columns; ++c) {
      row += c < first_number ? fmt::format("{:<{}}", line[c], widths[c])
                              : fmt::format("{:>{}}", line[c], widths[c]);
      if (c + 1 < columns) row += "  ";
    }
    text += row + "\n";
  }
  return text;
}

}  // namespace

std::vector<SummaryRow> summary_rows(const Graph& graph, std::int64_t batch_size) {
  const std::vector<TensorSpec> specs = graph.infer(batch_size);
  std::vector<SummaryRow> rows;
  for (const NodeCost& cost : cost_of(graph, batch_size)) {
    const Node& node = graph.node(cost.node);
    const Shape& output = specs[static_cast<std::size_t>(cost.node)].shape;
    const bool is_image = node.op && output.rank() == 4;
    rows.push_back({.name = node.name,
                    .type = std::string(node.op ? node.op->type() : "input"),
                    .output = output,
                    .window = is_image ? node.op->window(graph.input_specs(node)) : std::nullopt,
                    .receptive_field_h = cost.receptive_field_h,
                    .receptive_field_w = cost.receptive_field_w,
                    .parameters = cost.parameters,
                    .multiply_adds = cost.multiply_adds,
                    .flops = cost.flops,
                    .flops_share = 0,
                    .activation_bytes = cost.activation_bytes});
  }
  const auto total = static_cast<double>(std::max<std::int64_t>(1, summary_total(rows).flops));
  for (SummaryRow& row : rows) row.flops_share = static_cast<double>(row.flops) / total;
  return rows;
}

SummaryRow summary_total(const std::vector<SummaryRow>& rows) {
  SummaryRow total;
  total.name = "total";
  for (const SummaryRow& row : rows) {
    add_to(total.parameters, row.parameters);
    add_to(total.multiply_adds, row.multiply_adds);
    add_to(total.flops, row.flops);
    add_to(total.activation_bytes, row.activation_bytes);
  }
  total.flops_share = total.flops > 0 ? 1 : 0;
  return total;
}

std::string summary_table(const Graph& graph, std::int64_t batch_size) {
  const std::vector<SummaryRow> rows = summary_rows(graph, batch_size);
  std::vector<Line> lines{header_line()};
  for (const SummaryRow& row : rows) lines.push_back(line_of(row));
  lines.push_back(total_line(summary_total(rows)));
  return aligned(lines);
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return with_unit(bytes, 1024, units);
}

std::string human_count(std::int64_t count) {
  constexpr std::array<std::string_view, 7> units{"", "k", "M", "G", "T", "P", "E"};
  return with_unit(count, 1000, units);
}

}  // namespace lehr
