#include "lehr/store/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <ostream>
#include <span>

#include "core/physical_memory.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/atomic_file.hpp"
#include "store/input_file.hpp"
#include "store/safetensors_dtype.hpp"
#include "store/safetensors_header.hpp"

namespace lehr::store {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's numbers are little-endian");

constexpr std::uint64_t length_bytes = 8;

std::uint64_t header_length(const InputFile& input, const std::string& file) {
  if (input.size() < length_bytes) {
    throw BadInput(file + ": not a safetensors file: expected at least 8 bytes, found " +
                   std::to_string(input.size()));
  }
  std::uint64_t length = 0;
  input.read_at(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > longest_header || length > input.size() - length_bytes) {
    throw BadInput(file + ": not a safetensors file, or one that is cut: its header should have " +
                   counted(length, "byte") + ", found " + std::to_string(input.size() - length_bytes) +
                   " (at most " + std::to_string(longest_header) + " are allowed)");
  }
  return length;
}

// A sparse file can have any size.
void check_memory(const InputFile& input, const std::string& file) {
  const std::uint64_t memory = physical_memory();
  if (input.size() > memory) {
    throw BadInput(file + ": has " + counted(input.size(), "byte") + ", more than this machine's memory of " +
                   std::to_string(memory));
  }
}

bool is_row_major(const Tensor& tensor) {
  const Strides expected = contiguous_strides(tensor.shape());
  for (int axis = 0; axis < tensor.shape().rank(); ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    if (tensor.shape()[axis] > 1 && tensor.strides()[a] != expected[a]) return false;
  }
  return true;
}

/// Sorted by descending element size and then by name, as the format's own writer does. This aligns every
/// tensor.
std::vector<const std::pair<const std::string, Tensor>*> in_file_order(const SafeTensors& contents) {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  for (const auto& named : contents.tensors) order.push_back(&named);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return size_of(a->second.dtype()) > size_of(b->second.dtype());
  });
  return order;
}

}  // namespace

SafeTensors read_safetensors(const std::filesystem::path& file) {
  const InputFile input(file);
  const std::uint64_t length = header_length(input, in_quotes(file));
  check_memory(input, in_quotes(file));
  std::string text(length, '\0');
  input.read_at(length_bytes, std::as_writable_bytes(std::span(text)));
  const std::uint64_t data_start = length_bytes + length;
  SafeTensorsHeader header = parse_safetensors_header(in_quotes(file), text, input.size() - data_start);

  SafeTensors contents;
  contents.metadata = std::move(header.metadata);
  for (const auto& [name, entry] : header.tensors) {
    Tensor tensor(entry.spec.shape, entry.spec.dtype);
    input.read_at(data_start + entry.begin, {static_cast<std::byte*>(tensor.data()), tensor.bytes()});
    contents.tensors.emplace(name, std::move(tensor));
  }
  return contents;
}

void write_safetensors(const std::filesystem::path& file, const SafeTensors& contents) {
  const auto order = in_file_order(contents);
  SafeTensorsHeader header;
  header.metadata = contents.metadata;
  std::uint64_t offset = 0;
  for (const auto* named : order) {
    const auto& [name, tensor] = *named;
    if (name == metadata_key) throw BadInput(in_quotes(file) + ": no tensor can be named __metadata__");
    if (tensor.data() == nullptr && tensor.bytes() > 0) {
      throw BadInput(in_quotes(file) + ": the tensor " + in_quotes(name) + " is empty or was moved from");
    }
    if (!is_row_major(tensor)) throw Error("tensor " + name + " to be saved is not row-major");
    header.tensors[name] = {{tensor.dtype(), tensor.shape()}, offset, offset + tensor.bytes()};
    offset += tensor.bytes();
  }
  const std::string text = make_safetensors_header(in_quotes(file), header);
  const auto length = static_cast<std::uint64_t>(text.size());

  write_file_atomically(file, [&](std::ostream& stream) {
    std::array<char, length_bytes> prefix{};
    std::copy_n(reinterpret_cast<const char*>(&length), length_bytes, prefix.begin());
    stream.write(prefix.data(), length_bytes);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const auto* named : order) {
      stream.write(static_cast<const char*>(named->second.data()),
                   static_cast<std::streamsize>(named->second.bytes()));
    }
  });
}

}  // namespace lehr::store
