#include "train/batch_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

/// A batch norm layer whose input has a single position per image; null if there is none.
const Node* norm_of_one_position(const Graph& model) {
  for (const Node& node : model.nodes()) {
    if (node.op == nullptr || node.op->type() != "batch_norm") continue;
    const Shape& shape = node.output.shape;  // (1, C) or (1, C, H, W)
    if (shape.numel() == shape[1]) return &node;
  }
  return nullptr;
}

/// Number of images in the smallest training batch.
std::int64_t smallest_batch(const BatchCut& cut) {
  const std::int64_t whole = cut.samples / cut.batch_size;
  const std::int64_t rest = cut.samples % cut.batch_size;
  const bool reaches_rest = rest > 0 && !cut.drop_last && cut.batches > whole;
  return reaches_rest ? rest : std::min(cut.batch_size, cut.samples);
}

/// The nearest batch size that leaves no batch of one image; of two equally near sizes, the smaller.
std::optional<std::int64_t> working_size(std::int64_t samples, std::int64_t given) {
  const auto works = [samples](std::int64_t size) {
    return size >= 2 && size <= samples && samples % size != 1;
  };
  for (std::int64_t step = 1; step < std::max(given, samples); ++step) {
    if (works(given - step)) return given - step;
    if (works(given + step)) return given + step;
  }
  return std::nullopt;
}

}  // namespace

void check_batch_norm(const Graph& model, const BatchCut& cut) {
  if (cut.samples < 1 || smallest_batch(cut) != 1) return;
  const Node* const norm = norm_of_one_position(model);
  if (norm == nullptr) return;
  const std::string need = fmt::format(
      "batch norm {} needs two pictures or more in each training batch, but ", in_quotes(norm->name));
  if (cut.samples == 1) throw BadInput(need + "the training set has one");
  const std::string size =
      fmt::format("--batch-size {}", working_size(cut.samples, cut.batch_size).value_or(2));
  if (cut.batch_size == 1) throw BadInput(need + "the batch size is 1; use " + size);
  const bool droppable = cut.samples > cut.batch_size;
  throw BadInput(fmt::format("{}the last batch of an epoch has one ({} pictures in batches of {}); use {}{}",
                             need, cut.samples, cut.batch_size, droppable ? "--drop-last or " : "", size));
}

}  // namespace lehr
