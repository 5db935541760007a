#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/engine/parameters.hpp"

namespace lehr {

/// How weights of convolutions and linear layers start; biases start at 0.
/// kaiming: std sqrt(2 / ((1 + a^2) fan_in)) (He et al. 2015), a = 0; xavier: sqrt(2 / (fan_in + fan_out))
/// (Glorot and Bengio 2010); uniform: bound sqrt(3) std. orthogonal: the weight as a matrix of O rows has
/// orthogonal rows, or columns where it has fewer, of length sqrt(2), the gain of ReLU (Saxe et al. 2013,
/// torch.nn.init.orthogonal_). lsuv: orthogonal, and then lsuv() with the first batch.
enum class Initialisation {
  kaiming_normal,
  kaiming_uniform,
  xavier_normal,
  xavier_uniform,
  orthogonal,
  lsuv
};

/// "kaiming-normal", ... and back; throws BadInput with the nearest valid name.
Initialisation initialisation_by_name(std::string_view name);
std::vector<std::string> initialisation_names();

/// Fills all parameters and states; what a batch decides in lsuv is left to lsuv(). Each parameter has a
/// random stream of its own, so that adding a layer leaves the others as they were. Throws BadInput if the
/// parameters are not the graph's, or `how` is none of the enumerators.
void initialise(Parameters& parameters, const Graph& graph, Initialisation how, std::uint64_t seed);

/// Layer-sequential unit-variance: scales each convolution and linear layer, in order, so that over a batch
/// its outputs, before any activation, have standard deviation 1 and, where it has a bias, mean 0. Source:
/// Mishkin and Matas 2015, arXiv 1511.06422, who scale alone; the mean is fastai's.
///
/// Layers see the network as it is in evaluation: normalisations use their running statistics and dropout
/// rests, and no state changes. A layer whose outputs are all equal stays as it is.
///
/// graph: one input, of images. images: (N, C, H, W) of f32, channels last, on the parameters' device. Throws
/// BadInput if they are null, batch_size < 1, the parameters are not the graph's, or an output is not finite;
/// then it names the layer.
void lsuv(Parameters& parameters, const Graph& graph, const float* images, std::int64_t batch_size);

}  // namespace lehr
