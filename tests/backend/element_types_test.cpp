// Every kernel of every backend rejects element types that it does not support.
#include <set>

#include "backend/op_case.hpp"
#include "graph/every_op.hpp"
#include "support/message_of.hpp"

namespace lehr::test {
namespace {

std::string refusal(const Backend& backend, const KernelSpec& spec) {
  return message_of<BadInput>([&] { backend.kernel(spec); });
}

std::string sentence(const Backend& backend, const KernelSpec& spec, const std::string& end) {
  return "the " + std::string(backend.name()) + " backend computes " + spec.type + " \"" + spec.name +
         "\" with " + end;
}

void expect_refusals(const Backend& backend, const KernelSpec& good) {
  for (std::size_t i = 0; i < good.inputs.size(); ++i) {
    const bool classes = good.type == "cross_entropy" && i == 1;
    for (const DType wrong : {DType::bf16, DType::u8}) {
      KernelSpec spec = good;
      spec.inputs[i].dtype = wrong;
      EXPECT_EQ(refusal(backend, spec),
                sentence(backend, spec,
                         std::string(classes ? "i64 or f32" : "f32") + " as input " + std::to_string(i) +
                             ", found " + std::string(name_of(wrong))));
    }
  }
  KernelSpec spec = good;
  spec.output.dtype = DType::bf16;
  EXPECT_EQ(refusal(backend, spec), sentence(backend, spec, "f32 as its output, found bf16"));
  for (std::size_t i = 0; i < good.parameters.size(); ++i) {
    spec = good;
    spec.parameters[i].dtype = DType::bf16;
    EXPECT_EQ(refusal(backend, spec), sentence(backend, spec, "f32 as its parameters, found bf16"));
  }
}

TEST(ElementTypes, OthersAreRefusedWithASentence) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    for (const OpCase& one : all_cases()) {
      SCOPED_TRACE(one.name);
      expect_refusals(*backend, one.spec);
    }
  }
}

TEST(ElementTypes, AreCheckedForEveryOp) {
  std::set<std::string> types;
  for (const OpCase& one : all_cases()) types.insert(one.spec.type);
  const Graph graph = every_op();
  for (const Node& node : graph.nodes()) {
    if (node.op) {
      EXPECT_TRUE(types.contains(std::string(node.op->type()))) << node.op->type();
    }
  }
}

}  // namespace
}  // namespace lehr::test
