// Operations that are limited by memory, measured in bytes.
#include <algorithm>

#include "ops/op_bench.hpp"

namespace lehr::bench {
namespace {

using Sizes = std::vector<std::int64_t>;

struct Images {
  const char* name;
  std::int64_t channels, size;
};

// The outputs of simple_cnn's layers, and of ResNet-18's stages at 224 x 224.
constexpr Images simple_cnn[] = {{"simple_cnn.1", 8, 14},
                                 {"simple_cnn.2", 16, 7},
                                 {"simple_cnn.3", 32, 4},
                                 {"simple_cnn.4", 64, 2},
                                 {"simple_cnn.5", 10, 1}};
constexpr Images resnet[] = {{"resnet.1", 64, 56}, {"resnet.2", 128, 28}, {"resnet.4", 512, 7}};

Attributes activation(const char* kind) {
  return {{"kind", std::string(kind)}, {"leak", 0.01}, {"subtract", 0.0}, {"clamp", 1e30}};
}

std::string label(const std::string& op, const Images& images, std::int64_t batch) {
  return op + "/" + images.name + "/" + std::to_string(batch);
}

void add_elementwise(const Images& images, std::int64_t batch) {
  const Shape shape{batch, images.channels, images.size, images.size};
  for (const char* const kind : {"relu", "gelu"}) {
    add_op(label(std::string("activation.") + kind, images, batch),
           {training_spec("activation", activation(kind), {floats(shape)}, shape)});
  }
  add_op(label("add", images, batch), {training_spec("add", {}, {floats(shape), floats(shape)}, shape)});
  add_op(label("dropout", images, batch), {training_spec("dropout", {{"p", 0.5}}, {floats(shape)}, shape)});
}

void add_batch_norm(const Images& images, std::int64_t batch) {
  const Shape shape{batch, images.channels, images.size, images.size};
  const Shape channels{images.channels};
  KernelSpec spec = training_spec("batch_norm", {{"eps", 1e-5}, {"momentum", 0.1}, {"zero_init", false}},
                                  {floats(shape)}, shape, {channels, channels, channels, channels});
  add_op(label("batch_norm", images, batch), {spec});
  spec.activation.kind = FusedActivation::Kind::relu;
  add_op(label("batch_norm+relu", images, batch), {spec});
}

void add_pools(const Images& images, std::int64_t batch) {
  const std::int64_t half = std::max<std::int64_t>(1, images.size / 2);
  const Shape in{batch, images.channels, images.size, images.size};
  const Shape out{batch, images.channels, half, half};
  const Attributes window{{"kernel", Sizes{2, 2}}, {"stride", Sizes{2, 2}}, {"padding", Sizes{0, 0}}};
  Attributes average = window;
  average.set("count_include_pad", true);
  if (images.size >= 2) {
    add_op(label("max_pool2d", images, batch), {training_spec("max_pool2d", window, {floats(in)}, out)});
    add_op(label("avg_pool2d", images, batch), {training_spec("avg_pool2d", average, {floats(in)}, out)});
  }
  add_op(label("adaptive_avg_pool2d", images, batch),
         {training_spec("adaptive_avg_pool2d", {{"output", Sizes{1, 1}}}, {floats(in)},
                        {batch, images.channels, 1, 1})});
}

void add_layouts(const Images& images, std::int64_t batch) {
  const std::int64_t pixels = images.size * images.size;
  const Shape in{batch, images.channels, images.size, images.size};
  add_op(label("flatten", images, batch),
         {training_spec("flatten", {}, {floats(in)}, {batch, images.channels * pixels})});
  add_op(label("concat", images, batch),
         {training_spec("concat", {}, {floats(in), floats(in)}, in.with(1, 2 * images.channels))});
}

void add_losses(std::int64_t batch, std::int64_t classes) {
  const Shape logits{batch, classes};
  const std::string size = std::to_string(classes) + "/" + std::to_string(batch);
  add_op("cross_entropy/" + size,
         {training_spec("cross_entropy", {{"label_smoothing", 0.0}, {"class_weights", std::vector<double>{}}},
                        {floats(logits), {DType::i64, Shape{batch}}}, {1})});
  add_op("mse/" + size, {training_spec("mse", {}, {floats(logits), floats(logits)}, {1})});
}

void add_all(const Images& images, std::int64_t batch) {
  add_batch_norm(images, batch);
  add_elementwise(images, batch);
  add_pools(images, batch);
  add_layouts(images, batch);
}

[[maybe_unused]] const bool registered = [] {
  for (const std::int64_t batch : {64, 512}) {
    for (const Images& images : simple_cnn) add_all(images, batch);
    add_losses(batch, 10);
    add_losses(batch, 1000);
  }
  for (const Images& images : resnet) add_all(images, 16);
  return true;
}();

}  // namespace
}  // namespace lehr::bench
