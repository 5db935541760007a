#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/store/run_records.hpp"

/// Reads series from checkpoints of lehr's first versions: structs as they were in memory, stored
/// as floats. Later versions use a StateTable. tests/cli/goldens/run_of_version_0 contains such a
/// checkpoint.
namespace lehr {

/// Rows of 64-bit words. If they are cut, throws BadInput that says `what` they are.
class FirstRows {
 public:
  FirstRows(std::span<const float> floats, std::size_t words_a_row, std::string_view what);
  std::size_t size() const { return words_.size() / words_a_row_; }
  std::int64_t integer(std::size_t row, std::size_t word) const;
  double real(std::size_t row, std::size_t word) const;

 private:
  std::size_t words_a_row_;
  std::vector<std::uint64_t> words_;
};

std::vector<TensorStats> first_stats(std::span<const float> floats);
std::vector<store::StepRow> first_points(std::span<const float> floats);

}  // namespace lehr
