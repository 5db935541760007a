#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "lehr/core/tensor_spec.hpp"

namespace lehr::store {

/// A tensor in the header of a safetensors file. Offsets count from the end of the header.
struct HeaderEntry {
  TensorSpec spec;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafeTensorsHeader {
  std::map<std::string, HeaderEntry> tensors;
  std::map<std::string, std::string> metadata;
};

inline constexpr std::uint64_t longest_header = 100'000'000;

/// Parses the header's JSON in one pass and keeps only the result. Throws BadInput, with a message that
/// begins with `file`, unless the tensors fill data_bytes without overlaps and gaps.
SafeTensorsHeader parse_safetensors_header(const std::string& file, std::string_view json,
                                           std::uint64_t data_bytes);

/// The JSON, padded with spaces so that the data after the 8 bytes of length starts at a multiple of 8.
/// Throws BadInput if a name or text is not UTF-8.
std::string make_safetensors_header(const std::string& file, const SafeTensorsHeader& header);

}  // namespace lehr::store
