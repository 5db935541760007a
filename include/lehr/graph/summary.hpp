#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// One line of a model's summary. Counts are of the forward pass of the whole batch.
struct SummaryRow {
  std::string name;
  std::string type;                    ///< "conv2d", or "input"
  Shape output;                        ///< with the requested batch size
  std::optional<Window> window;        ///< for operations on windows of an image
  std::int64_t receptive_field_h = 1;  ///< input rows that one output position sees
  std::int64_t receptive_field_w = 1;
  std::int64_t parameters = 0;  ///< trained elements
  std::int64_t multiply_adds = 0;
  std::int64_t flops = 0;
  double flops_share = 0;             ///< of the graph's total, 0 to 1
  std::int64_t activation_bytes = 0;  ///< of the output
};

/// The outputs and costs of all nodes at a batch size, one row per node, in order. Throws BadInput
/// if the batch size does not fit the graph.
std::vector<SummaryRow> summary_rows(const Graph& graph, std::int64_t batch_size);

/// The sums of parameters, multiply-adds, FLOPs and bytes, under the name "total". The bytes are of
/// all outputs, including the graph's inputs.
SummaryRow summary_total(const std::vector<SummaryRow>& rows);

/// The same as aligned text: one line per node and a line of totals.
std::string summary_table(const Graph& graph, std::int64_t batch_size);

/// Readable bytes, in powers of 1024: "784 B", "3.1 KiB", "1.5 GiB".
std::string human_bytes(std::int64_t bytes);
/// A readable count, in powers of 1000: "208", "30.3 k", "498 M".
std::string human_count(std::int64_t count);

}  // namespace lehr
