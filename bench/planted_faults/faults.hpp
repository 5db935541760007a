#pragma once

#include <vector>

#include "corpus.hpp"

/// The kinds of faults. A new kind is an entry in one of these lists.
namespace lehr::planted {

std::vector<Fault> data_faults();
std::vector<Fault> network_faults();
std::vector<Fault> start_faults();
std::vector<Fault> rate_faults();
std::vector<Fault> regularisation_faults();

/// A convolutional network with biases and ReLU and without norms, for faults that norms would mend.
Base without_norms();
/// The network of the setting with norms.
Base with_norms();

}  // namespace lehr::planted
