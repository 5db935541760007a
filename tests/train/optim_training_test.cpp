// Every optimizer by name, with the Learner: the ranges, tensors and gaps of a real network's parameters.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "lehr/engine/parameter_tensors.hpp"
#include "lehr/lehr.hpp"

namespace lehr {
namespace {

const DataSplits& digits() {
  static const DataSplits data = data::digits({.train = 512, .valid = 16});
  return data;
}

class Optimizers : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { set_threads(1); }
  void TearDown() override { set_threads(threads_before_); }
  int threads_before_ = threads();
};

TEST_P(Optimizers, LowerTheLoss) {
  const std::map<std::string, double> rates{
      {"adagrad", 0.01},       {"lamb", 0.02}, {"larc", 0.05}, {"lars", 1},    {"lookahead-radam", 0.05},
      {"lookahead-sgd", 0.05}, {"muon", 0.02}, {"sgd", 0.05},  {"radam", 0.02}};
  const auto rate = rates.find(GetParam());
  Learner learner(models::simple_cnn({.in = digits().image_shape(), .classes = 10, .batch_norm = true}),
                  digits(),
                  {.batch_size = 32, .optimizer = optimizer_by_name(GetParam()), .validate = false});
  learner.fit(4, rate == rates.end() ? 0.005 : rate->second);
  EXPECT_LT(learner.history().back().train.loss, 1.9) << "chance is 2.3";
}

INSTANTIATE_TEST_SUITE_P(All, Optimizers, testing::ValuesIn(optimizer_names()), [](const auto& test) {
  std::string name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ParameterTensors, AreMatricesOfInputsByOutputs) {
  const Graph model = models::simple_cnn({.in = {1, 28, 28}, .classes = 10, .batch_norm = true});
  const Parameters parameters(model, cpu_backend());
  const std::vector<UpdateTensor> tensors = parameter_tensors(parameters);
  std::int64_t end = 0;
  for (const UpdateTensor& tensor : tensors) {
    EXPECT_GE(tensor.offset, end);
    end = tensor.offset + tensor.count();
  }
  EXPECT_LE(end, parameters.values().count());
  EXPECT_EQ(tensors[0].rank, 4);  // 8 filters of 5 x 5 over one channel
  EXPECT_EQ(tensors[0].rows, 25);
  EXPECT_EQ(tensors[0].columns, 8);
  EXPECT_EQ(tensors[1].rank, 1);
  EXPECT_EQ(tensors[1].count(), 8);
}

}  // namespace
}  // namespace lehr
