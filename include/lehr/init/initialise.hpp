#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/engine/parameters.hpp"

namespace lehr {

/// How the weights of convolutions and linear layers are initialised. Biases start at 0.
/// - kaiming: standard deviation sqrt(2 / ((1 + a^2) fan_in)) with a = 0 (He et al. 2015).
/// - xavier: standard deviation sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).
/// - uniform: uniform with the bound sqrt(3) times the standard deviation.
/// - orthogonal: the weight as a matrix of O rows has orthogonal rows, or orthogonal columns if it has fewer
///   columns than rows. Their length is sqrt(2), the gain of ReLU (Saxe et al. 2013,
///   torch.nn.init.orthogonal_).
/// - lsuv: orthogonal, followed by lsuv() with the first batch.
enum class Initialisation {
  kaiming_normal,
  kaiming_uniform,
  xavier_normal,
  xavier_uniform,
  orthogonal,
  lsuv
};

/// The initialisation with a name, such as "kaiming-normal", and all names. Throws BadInput with
/// the nearest valid name if the name is unknown.
Initialisation initialisation_by_name(std::string_view name);
std::vector<std::string> initialisation_names();

/// Fills all parameters and states, except for what lsuv() computes from a batch. Each parameter
/// has its own random stream, so adding a layer does not change the others. Throws BadInput if the
/// parameters do not belong to the graph, or if `how` is not an enumerator.
void initialise(Parameters& parameters, const Graph& graph, Initialisation how, std::uint64_t seed);

/// Multiplies the weights of convolutions and linear layers, as in studies of initialisation that is too
/// small or too large. Throws BadInput if the factor is negative or not finite.
void scale_weights(Parameters& parameters, double factor);

/// Layer-sequential unit-variance. In order, each convolution and linear layer is scaled so that its outputs
/// over the batch, before any activation, have standard deviation 1. If the layer has a bias, they also have
/// mean 0. Source: Mishkin and Matas 2015, arXiv 1511.06422, for the scale; fastai for the mean.
///
/// The network runs in evaluation mode: normalisations use their running statistics, dropout is off, and no
/// state changes. If all outputs of a layer are equal, the layer stays as it is.
///
/// graph: one input, of images. images: (N, C, H, W) in host memory, channels-last. Throws BadInput
/// if the number of images is not batch_size, if batch_size < 1, if the parameters do not belong to
/// the graph, or if an output is not finite. In the last case it names the layer.
void lsuv(Parameters& parameters, const Graph& graph, std::span<const float> images, std::int64_t batch_size);

}  // namespace lehr
