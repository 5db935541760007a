#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lehr/study/study_spec.hpp"

/// `lehr train --vary KEY=V1,V2,... --seeds N`: a study from options.
namespace lehr::cli {

/// The options that make a study of a training.
struct StudyLine {
  std::vector<std::string> vary{};
  std::int64_t seeds = 0;  ///< 0: not given

  bool is_study() const { return !vary.empty() || seeds > 0; }
};

/// 0, 1, ..., count - 1
std::vector<std::uint64_t> first_seeds(std::int64_t count);

/// An axis from "KEY=V1,V2,...". Semicolons separate values that have commas, and those of a field that takes
/// a list. Throws BadInput if the key or a value is wrong, or if there are fewer than two values.
StudyAxis read_axis(const std::string& text, const ConfigTable& table);

/// The study of a command line: a grid of the axes over the base, or the base alone. `line` is what the line
/// gives, `base` the configuration that it means (full_config). The study is called as --name says; otherwise
/// its name follows from the keys and the options of the base, so that the same command means the same study.
/// Throws BadInput if an option of the line has no place in a study.
StudySpec study_of(const StudyLine& study, const TrainConfig& line, const TrainConfig& base,
                   const ConfigTable& table);

/// Throws BadInput if an option of the line has no place in a study.
void check_study_line(const StudyLine& study, const TrainConfig& line);

}  // namespace lehr::cli
