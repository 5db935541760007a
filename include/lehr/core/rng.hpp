#pragma once

#include <array>
#include <cstdint>

namespace lehr {

/// The purpose of a random stream. Streams with different purposes never overlap. Checkpoints store the
/// values: append new ones, never renumber.
enum class Purpose : std::uint32_t {
  initialisation = 1,
  shuffle = 2,
  dropout = 3,
  augmentation = 4,
  generated_data = 5,
  test = 6,
  sampling = 7,
  mixing = 8,
  resampling = 9,
  study = 10,
  measuring = 11,
  division = 12,
};

/// Philox 4x32 with ten rounds: a pure function from (counter, key) to four random words.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A random stream named by (seed, purpose, a, b), for example (seed, shuffle, epoch, 0) or (seed,
/// augmentation, epoch, sample). Its only state is a counter, so equal names give equal numbers.
/// Thread and history do not matter. a and b are used modulo 2^32.
class Rng {
 public:
  Rng(std::uint64_t seed, Purpose purpose, std::uint64_t a = 0, std::uint64_t b = 0);

  std::uint32_t next();
  /// Uniform in [0, 1), with 24 random bits.
  float uniform();
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box-Muller).
  float normal();
  /// Uniform in [0, bound), without bias (by rejection). bound must be positive.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  float spare_normal_ = 0;
  bool has_spare_ = false;
};

}  // namespace lehr
