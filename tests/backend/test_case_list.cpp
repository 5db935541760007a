// Exports the cases to tools/make_goldens.py and tools/make_extremes.py, so that they are defined
// only once.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backend/extreme_case.hpp"
#include "backend/update_case.hpp"

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

json to_json(const Fill& fill) {
  json choices = json::array();  // as bits: JSON has no NaN
  for (const float choice : fill.choices) choices.push_back(std::bit_cast<std::uint32_t>(choice));
  return {{"scale", fill.scale},
          {"offset", fill.offset},
          {"levels", fill.levels},
          {"choices", std::move(choices)}};
}

json to_json(const TensorSpec& spec, const Fill& fill) {
  return {{"dtype", name_of(spec.dtype)}, {"shape", spec.shape.extents()}, {"fill", to_json(fill)}};
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
          {"output_grad_fill", to_json(op_case.output_grad_fill)},
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

json to_json(const ExtremeCase& extreme) {
  json made = to_json(extreme.op_case);
  made["finite"] = extreme.finite;
  return made;
}

json to_json(const UpdateSpec& spec) {
  json inner = json::array();
  for (const UpdateSpec& one : spec.inner) inner.push_back(to_json(one));
  return {{"type", spec.type}, {"attributes", to_json(spec.attributes)}, {"inner", inner}};
}

json to_json(const UpdateTensor& tensor) {
  return {
      {"offset", tensor.offset}, {"rows", tensor.rows}, {"columns", tensor.columns}, {"rank", tensor.rank}};
}

json to_json(const UpdateCase& update) {
  json tensors = json::array();
  if (reference_backend().update(update.spec)->by_tensor()) {
    for (const UpdateTensor& tensor : update_tensors) tensors.push_back(to_json(tensor));
  } else {
    tensors.push_back(to_json(UpdateTensor{.columns = update_elements}));
  }
  json made = to_json(update.spec);
  made.update({{"name", update.name},
               {"lr", update.lr},
               {"momentum", update.momentum},
               {"weight_decay", update.weight_decay},
               {"decoupled_decay", update.decoupled_decay},
               {"l1", update.l1},
               {"steps", update_steps},
               {"elements", update_elements},
               {"tensors", tensors}});
  return made;
}

// Writes the cases if tools/make_goldens.py or tools/make_extremes.py requests them.
TEST(CaseList, IsWrittenOnRequest) {
  const char* path = std::getenv("LEHR_WRITE_CASES");
  if (path == nullptr) return;
  json cases = json::array();
  for (const OpCase& op_case : all_cases()) cases.push_back(to_json(op_case));
  json updates = json::array();
  for (const UpdateCase& update : all_update_cases()) updates.push_back(to_json(update));
  json extremes = json::array();
  for (const ExtremeCase& one : extreme_cases()) extremes.push_back(to_json(one));
  std::ofstream file(path);
  file << json{{"ops", cases}, {"updates", updates}, {"extremes", extremes}};
  EXPECT_TRUE(file.good()) << path;
}

}  // namespace
}  // namespace lehr::test
