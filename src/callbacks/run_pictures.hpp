#pragma once

// The pictures that RunRecorder stores.

#include <vector>

#include "lehr/metrics/set_review.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::run_pictures {

/// Pictures of the current batch as the network sees it: "sample".
std::vector<store::Picture> samples(Learner& learner);

/// Pictures of a trained network: the validation samples with the highest loss ("top_loss"), the same with
/// the heat of Grad-CAM for the predicted class ("top_loss_heat"), the first convolution's "filters", and
/// each layer's maps of the first validation sample ("feature_map"). Passes on exceptions of the data set.
std::vector<store::Picture> at_end(Learner& learner, const SetReview& review);

}  // namespace lehr::run_pictures
