#pragma once

#include <cstddef>
#include <string_view>

namespace lehr {

/// Element types. bf16 is the upper 16 bits of an IEEE single-precision number.
enum class DType { f32, bf16, u8, i64 };

/// Bytes per element.
constexpr std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return 4;
    case DType::bf16:
      return 2;
    case DType::u8:
      return 1;
    case DType::i64:
      return 8;
  }
  return 0;
}

/// "f32", "bf16", "u8", "i64"
constexpr std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::bf16:
      return "bf16";
    case DType::u8:
      return "u8";
    case DType::i64:
      return "i64";
  }
  return "?";
}

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<unsigned char> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<long> {
  static constexpr DType value = DType::i64;
};

}  // namespace lehr
