#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lehr::store {

/// Appends counts as bytes: each count a varint (7 bits a byte, least first, the high bit on all but the
/// last); of 0s the number follows, a varint too.
void pack_counts(std::span<const std::uint64_t> counts, std::string& bytes);
/// Fills all counts from the front of the bytes and returns the rest. Throws BadInput where they are damaged.
std::string_view unpack_counts(std::string_view bytes, std::span<std::uint64_t> counts);

}  // namespace lehr::store
