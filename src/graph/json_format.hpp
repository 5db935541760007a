#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What the writer and the reader of graphs as JSON agree on.
namespace lehr::graph {

inline constexpr std::string_view format_name = "lehr.graph";
inline constexpr std::int64_t format_version = 1;
/// The type of nodes without an op.
inline constexpr std::string_view input_type = "input";

inline constexpr std::size_t max_nodes = 100'000;
/// Bounds on the document itself, so that a hostile one cannot cost much memory before it is understood.
inline constexpr std::size_t max_text_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_values = 64 * max_nodes;
inline constexpr int max_depth = 8;

}  // namespace lehr::graph
