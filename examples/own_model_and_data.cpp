#include <lehr/lehr.hpp>

#include <cstdio>
#include <memory>

// [model]
/// Two convolutions, an average over all positions, a linear layer.
lehr::Graph tiny_cnn(const lehr::Shape& in, std::int64_t classes) {
  namespace ops = lehr::ops;
  lehr::Graph graph("tiny-cnn");
  auto x = graph.input("images", {lehr::DType::f32, {1, in[0], in[1], in[2]}});
  x = graph.add(ops::Conv2d({.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1}}), {x}, "conv1");
  x = graph.add(ops::Activation(), {x}, "relu1");
  x = graph.add(ops::Conv2d({.out_channels = 16, .kernel = {3, 3}, .stride = {2, 2}}), {x}, "conv2");
  x = graph.add(ops::Activation(), {x}, "relu2");
  x = graph.add(ops::AdaptiveAvgPool2d(), {x}, "pool");
  x = graph.add(ops::Flatten(), {x}, "flatten");
  graph.add(ops::Linear({.out_features = classes}), {x}, "fc");
  return graph;
}
// [model]

// [dataset]
/// Stripes, upright (class 0) or level (class 1), of a width that varies. Pictures are made as they are read.
class Stripes final : public lehr::Dataset {
 public:
  explicit Stripes(std::int64_t size) : size_(size) {}
  std::int64_t size() const override { return size_; }
  lehr::Shape image_shape() const override { return {1, side, side}; }
  std::span<const std::string> class_names() const override { return names_; }
  std::int64_t label(std::int64_t index) const override { return index % 2; }
  void read(std::int64_t index, lehr::Image& picture) const override {
    const std::span<std::uint8_t> pixels = picture.reset(image_shape());
    const std::int64_t width = 2 + index / 2 % 4;
    for (std::int64_t i = 0; i < side * side; ++i) {
      const std::int64_t place = label(index) == 0 ? i % side : i / side;
      pixels[static_cast<std::size_t>(i)] = place / width % 2 == 0 ? 255 : 0;
    }
  }

 private:
  static constexpr std::int64_t side = 16;
  std::int64_t size_;
  std::vector<std::string> names_{"upright", "level"};
};
// [dataset]

int main() {
  const lehr::DataSplits data{
      .source = "stripes", .train = std::make_shared<Stripes>(512), .valid = std::make_shared<Stripes>(64)};
  // [transforms]
  lehr::LearnerOptions options{.batch_size = 32};
  options.transforms = lehr::transforms_from_json(R"([
    {"name": "random_crop", "width": 16, "height": 16, "padding": 2},
    {"name": "horizontal_flip"}
  ])");
  // [transforms]
  lehr::Learner learner(tiny_cnn(data.image_shape(), data.classes()), data, options);
  learner.fit_one_cycle(2, 0.01);
  std::printf("%.0f %% right\n", 100 * learner.history().back().valid.accuracy);
}
