// Every case on every backend against what PyTorch computed in float64: tests/goldens/ops.safetensors,
// written by tools/make_goldens.py.
#include <cstdlib>
#include <fstream>

#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/op_test.hpp"
#include "support/golden_file.hpp"

namespace lehr::test {
namespace {

using nlohmann::json;

json to_json(const Attributes& attributes) {
  json made = json::object();
  for (const auto& [name, attribute] : attributes) {
    std::visit([&, key = name](const auto& value) { made[key] = value; }, attribute);
  }
  return made;
}

json to_json(const TensorSpec& spec, const Fill& fill) {
  return {{"dtype", name_of(spec.dtype)},
          {"shape", spec.shape.extents()},
          {"fill", {{"scale", fill.scale}, {"offset", fill.offset}, {"levels", fill.levels}}}};
}

json to_json(const OpCase& op_case) {
  const KernelSpec& spec = op_case.spec;
  json inputs = json::array();
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    inputs.push_back(to_json(spec.inputs[i], op_case.input_fill(i)));
  }
  json parameters = json::array();
  for (std::size_t i = 0; i < spec.parameters.size(); ++i) {
    parameters.push_back(to_json(spec.parameters[i], op_case.parameter_fill(i)));
  }
  const FusedActivation& fused = spec.activation;
  return {{"name", op_case.name},
          {"type", spec.type},
          {"attributes", to_json(spec.attributes)},
          {"inputs", inputs},
          {"output", spec.output.shape.extents()},
          {"parameters", parameters},
          {"states", op_case.states},
          {"activation",
           {{"kind", name_of(fused.kind)},
            {"leak", fused.leak},
            {"subtract", fused.subtract},
            {"clamp", fused.clamp}}},
          {"training", spec.training},
          {"input_grads", spec.input_grads},
          {"parameter_grads", spec.parameter_grads},
          {"seed", case_seed},
          {"step", case_step}};
}

// Writes the cases for tools/make_goldens.py where it asks for them.
TEST(Goldens, WriteCaseList) {
  const char* path = std::getenv("LEHR_WRITE_CASES");
  if (path == nullptr) return;
  json cases = json::array();
  for (const OpCase& op_case : all_cases()) cases.push_back(to_json(op_case));
  std::ofstream file(path);
  file << cases;
  EXPECT_TRUE(file.good()) << path;
}

const std::map<std::string, std::vector<float>>& goldens() {
  static const auto tensors = read_golden_file(LEHR_SOURCE_DIR "/tests/goldens/ops.safetensors");
  return tensors;
}

// The elements that tools/make_goldens.py keeps of a large tensor.
std::vector<float> samples(std::vector<float> elements) {
  constexpr std::size_t max_samples = 64;
  if (elements.size() <= max_samples) return elements;
  std::vector<float> kept;
  for (std::size_t i = 0; i < max_samples; ++i) kept.push_back(elements[i * 7919 % elements.size()]);
  return kept;
}

using PyTorch = OnBackend;

TEST_P(PyTorch, AgreesWithGoldens) {
  for (const NamedTensor& result : run_case(backend(), op_case())) {
    const std::string name = op_case().name + "/" + result.name;
    const auto found = goldens().find(name);
    ASSERT_NE(found, goldens().end()) << name << " is not in the golden file: run tools/make_goldens.py";
    EXPECT_TRUE(near(samples(logical_elements(result.tensor)), found->second, tolerance())) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, PyTorch, testing::Combine(every_backend(), testing::ValuesIn(all_cases())),
                         backend_and_case);

}  // namespace
}  // namespace lehr::test
