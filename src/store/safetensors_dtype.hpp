#pragma once

#include <optional>
#include <string_view>

#include "lehr/core/dtype.hpp"

namespace lehr::store {

inline constexpr const char* metadata_key = "__metadata__";

/// The format's names of element types: "F32", "BF16", "U8", "I64".
constexpr std::string_view file_name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "F32";
    case DType::bf16:
      return "BF16";
    case DType::u8:
      return "U8";
    case DType::i64:
      return "I64";
  }
  return "?";
}

constexpr std::optional<DType> dtype_of_file_name(std::string_view name) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::u8, DType::i64}) {
    if (file_name_of(dtype) == name) return dtype;
  }
  return std::nullopt;
}

}  // namespace lehr::store
