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

/// For Fault::prepare: a convolutional network with biases and without norms, for faults that norms would
/// mend.
void without_norms(Training& training);
/// For Fault::prepare: the network with norms.
void with_norms(Training& training);

}  // namespace lehr::planted
