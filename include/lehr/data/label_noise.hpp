#pragma once

#include <cstdint>
#include <memory>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// How labels are made wrong.
struct LabelNoise {
  double share = 0;  ///< of the samples, from 0 to 1
  std::uint64_t seed = 0;
};

/// The same pictures, where round(share * size) samples have another label: one of the wrong classes,
/// each equally likely. Only the seed and the number of samples decide which samples these are. A
/// larger share keeps the wrong labels of a smaller one and adds more. Throws BadInput if the dataset
/// is null, if the share is not from 0 to 1, or if there is only one class.
std::shared_ptr<const Dataset> with_label_noise(std::shared_ptr<const Dataset> dataset,
                                                const LabelNoise& noise);

}  // namespace lehr::data
