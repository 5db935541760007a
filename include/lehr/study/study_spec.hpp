#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_table.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr {

/// A field of TrainConfig and its value as users type it: {"batch-size", "512"}.
struct StudySetting {
  std::string key;
  std::string text;

  bool operator==(const StudySetting&) const = default;
};

/// One of the trainings that a study compares: the fields in which it differs from the base.
struct StudyVariant {
  std::string name;  ///< "batch-size=512, lr=0.04"
  std::vector<StudySetting> settings{};

  bool operator==(const StudyVariant&) const = default;
};

/// A field and the values that a study tries for it.
struct StudyAxis {
  std::string key;
  std::vector<std::string> values;
};

/// Characters in the name of a study.
inline constexpr std::size_t longest_study_name = 60;

/// A study trains every variant with every seed. All variants share the seeds, so that they can be
/// compared in pairs.
struct StudySpec {
  std::string name;                      ///< letters, digits, '-', '_' and '.'; runs record it
  TrainConfig base{};                    ///< TrainConfig::out is the folder of the runs
  std::vector<StudyVariant> variants{};  ///< the first one is compared with each of the others
  std::vector<std::uint64_t> seeds{0, 1, 2, 3, 4};
  std::vector<std::string> measures{
      "accuracy"};  ///< names of study_measures(), of metrics or of measured values
};

/// Every combination of the values of the axes; the last axis changes fastest.
std::vector<StudyVariant> grid_variants(std::span<const StudyAxis> axes);
/// `count` different combinations of the grid, drawn by `seed`. Throws BadInput if the grid has
/// fewer.
std::vector<StudyVariant> random_variants(std::span<const StudyAxis> axes, std::size_t count,
                                          std::uint64_t seed);

/// Reads a study from TOML (docs/studies.md). `source` is the name of the text in messages. Throws
/// BadInput with source, line, column, what was expected and what was found.
StudySpec read_study(std::string_view toml, const std::string& source, const ConfigTable& table);
/// Reads a study from a file of at most 1 MB. The name of the study is the file's name without its
/// ending, unless the file gives another one.
StudySpec read_study_file(const std::filesystem::path& file, const ConfigTable& table);

/// The configuration of one run of a study.
TrainConfig config_of(const StudySpec& spec, const StudyVariant& variant, std::uint64_t seed,
                      const ConfigTable& table);

/// Throws BadInput if the study cannot be run: its name, fewer than one variant or seed, two equal
/// variants or seeds, an unknown measure, or a configuration that is not valid.
void check_study(const StudySpec& spec, const ConfigTable& table);

}  // namespace lehr
