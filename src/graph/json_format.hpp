#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Constants shared by the writer and the reader of graphs as JSON.
namespace lehr::graph {

inline constexpr std::string_view format_name = "lehr.graph";
inline constexpr std::int64_t format_version = 1;
/// The type of nodes without an op.
inline constexpr std::string_view input_type = "input";

inline constexpr std::size_t max_nodes = 100'000;
/// Limits for the document. They keep a malicious document from using much memory before it is
/// checked.
inline constexpr std::size_t max_text_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_values = 64 * max_nodes;
inline constexpr int max_depth = 8;

}  // namespace lehr::graph
