// Every case on every backend, compared with PyTorch's float64 results in
// tests/goldens/ops.safetensors, which tools/make_goldens.py writes.
#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/golden_samples.hpp"
#include "backend/op_test.hpp"
#include "support/golden_file.hpp"

namespace lehr::test {
namespace {

const std::map<std::string, std::vector<float>>& goldens() {
  static const auto tensors = read_golden_file(LEHR_SOURCE_DIR "/tests/goldens/ops.safetensors");
  return tensors;
}

using PyTorch = OnBackend;

TEST_P(PyTorch, AgreesWithGoldens) {
  for (const NamedTensor& result : run_case(backend(), op_case())) {
    const std::string name = op_case().name + "/" + result.name;
    const auto found = goldens().find(name);
    ASSERT_NE(found, goldens().end()) << name << " is not in the golden file: run tools/make_goldens.py";
    EXPECT_TRUE(near(golden_samples(logical_elements(result.tensor)), found->second, tolerance())) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, PyTorch, testing::Combine(every_backend(), testing::ValuesIn(all_cases())),
                         backend_and_case);

}  // namespace
}  // namespace lehr::test
