#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lehr/train/callback.hpp"

namespace lehr {

/// A value that a measurement adds to the records of epochs (EpochRecord::values).
struct MeasuredValue {
  std::string name;
  std::string help;    ///< one line
  std::string unit{};  ///< "images"; empty for a number without a unit
};

/// A callback that measures something during training, by the name that TrainConfig::measure takes.
struct EpochMeasurement {
  std::string name;
  std::vector<MeasuredValue> values;
  std::function<std::unique_ptr<Callback>()> make;  ///< with default options
};

/// All measurements. docs/measurements.md says what each one costs and means.
const std::vector<EpochMeasurement>& epoch_measurements();
/// Throws BadInput with the nearest name.
const EpochMeasurement& epoch_measurement(const std::string& name);
/// The measurement that records a value of this name; null if there is none.
const EpochMeasurement* measurement_of_value(const std::string& value);

}  // namespace lehr
