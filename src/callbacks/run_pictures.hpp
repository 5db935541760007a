#pragma once

// The pictures that RunRecorder puts into the store.

#include <vector>

#include "callbacks/validation_review.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::run_pictures {

/// Of the batch under way, as the network sees it: "sample".
std::vector<store::Picture> samples(Learner& learner);

/// Of a trained network: the validation samples with the highest loss ("top_loss"), the first convolution's
/// "filters", and the maps that each layer makes of the first validation sample ("feature_map"). Throws what
/// the data set throws where it is asked for a sample.
std::vector<store::Picture> at_end(Learner& learner, const ValidationReview& review);

}  // namespace lehr::run_pictures
