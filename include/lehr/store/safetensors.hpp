#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lehr/core/tensor.hpp"

namespace lehr::store {

/// The contents of a safetensors file: named row-major tensors and a map of texts.
/// Source: github.com/huggingface/safetensors, "Format".
struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Throws BadInput with the file, what was expected and what was found: not a file, a header that is too long
/// (over 100 MB) or not JSON, overlapping or out-of-range offsets, sizes that do not match the shapes,
/// unknown dtypes. Never allocates more than the size of the file and a small multiple of its header.
SafeTensors read_safetensors(const std::filesystem::path& file);
/// The file appears whole or not at all. Throws BadInput if it cannot be written.
void write_safetensors(const std::filesystem::path& file, const SafeTensors& contents);

}  // namespace lehr::store
