#include "model_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/models/models.hpp"

namespace lehr::cli {
namespace {

constexpr std::int64_t most_channels = 65536;

using Kind = ops::Activation::Kind;

constexpr std::array all_activations{Kind::relu, Kind::leaky_relu, Kind::general_relu, Kind::sigmoid,
                                     Kind::tanh, Kind::silu,       Kind::gelu};

/// With dashes, as the rest of the command line is written.
std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const Kind kind : all_activations) {
    names.emplace_back(ops::name_of(kind));
    std::ranges::replace(names.back(), '_', '-');
  }
  return names;
}

/// Accepts the library's names too, which have underscores.
Kind activation_named(const std::string& given) {
  std::string name = given;
  std::ranges::replace(name, '_', '-');
  const std::vector<std::string> names = activation_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw unknown_name("activation", given, names);
  return all_activations.at(static_cast<std::size_t>(found - names.begin()));
}

}  // namespace

void add_model_options(const Command& app, ModelOptions& options) {
  constexpr const char* group = "Network";
  app.option("--model", options.model, fmt::format("the network: {}", fmt::join(models::model_names(), ", ")))
      .type_name("NAME")
      .default_str(options.model)
      .group(group);
  app.flag("--batch-norm", options.batch_norm, "normalise after each convolution").group(group);
  add_parsed(app, "--activation", options.activation.kind,
             fmt::format("one of {}", fmt::join(activation_names(), ", ")),
             [](const std::string&, const std::string& name) { return activation_named(name); })
      .type_name("NAME")
      .default_str("relu")
      .group(group);
  add_real(app, "--leak", options.activation.leak, {}, "slope below zero of leaky-relu and general-relu")
      .group(group);
  add_real(app, "--subtract", options.activation.subtract, {}, "general-relu: subtracted from its output")
      .group(group);
  add_real(app, "--clamp", options.activation.clamp, {}, "general-relu: upper bound of its output")
      .group(group)
      .default_str("");
  add_parsed(app, "--channels", options.channels,
             "output channels of the convolutions, such as 8,16,32,64 (default: the network's own)",
             [](const std::string& option, const std::string& text) {
               return parse_integers(option, text, {1, most_channels});
             })
      .type_name("N,...")
      .group(group);
  add_integer(app, "--first-kernel", options.first_kernel, {1, 1001},
              "kernel size of the first convolution (default: the network's own)")
      .default_str("")
      .group(group);
  add_real(app, "--dropout", options.dropout, {0, 1}, "share of the last layer's inputs that are dropped")
      .group(group);
}

void check(const ModelOptions& options) {
  const ops::Activation::Spec unset;
  const ops::Activation::Spec& asked = options.activation;
  const bool general = asked.kind == Kind::general_relu;
  if (asked.leak != unset.leak && !general && asked.kind != Kind::leaky_relu) {
    throw BadInput("--leak needs --activation leaky-relu or general-relu");
  }
  if (asked.subtract != unset.subtract && !general) {
    throw BadInput("--subtract needs --activation general-relu");
  }
  if (asked.clamp != unset.clamp && !general) throw BadInput("--clamp needs --activation general-relu");
}

Graph make_graph(const ModelOptions& options, const Shape& image, std::int64_t classes) {
  models::ModelRequest request;
  request.in = image;
  request.classes = classes;
  request.batch_norm = options.batch_norm;
  request.activation = options.activation;
  request.channels = options.channels;
  request.first_kernel = options.first_kernel;
  request.dropout = options.dropout;
  return models::make_model(options.model, request);
}

}  // namespace lehr::cli
