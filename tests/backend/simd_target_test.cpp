// LEHR_TEST_SIMD=sse4 or avx2 restricts the cpu backend to older instructions, so that one machine
// can test all of them. It must take effect before the first kernel is chosen.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdlib>
#include <string>

#include "lehr/backend/backend.hpp"

namespace {

class SimdTarget final : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* asked = std::getenv("LEHR_TEST_SIMD");
    if (asked == nullptr) return;
#if HWY_ARCH_X86
    const std::string target = asked;
    ASSERT_TRUE(target == "sse4" || target == "avx2") << "LEHR_TEST_SIMD is sse4 or avx2, found " << target;
    hwy::SetSupportedTargetsForTest(target == "avx2" ? HWY_AVX2 | HWY_SSE4 : HWY_SSE4);
    setenv("DNNL_MAX_CPU_ISA", target == "avx2" ? "AVX2" : "SSE41", 1);
#endif
  }
};

const ::testing::Environment* const simd_target =
    ::testing::AddGlobalTestEnvironment(new SimdTarget);  // NOLINT

}  // namespace

TEST(SimdTarget, IsTheOneAskedFor) {
  lehr::KernelSpec spec;
  spec.type = "add";
  spec.inputs.assign(2, {lehr::DType::f32, {1, 16, 4, 4}});
  spec.output = spec.inputs[0];
  const char* asked = std::getenv("LEHR_TEST_SIMD");
  const std::string expected = std::string("simd:") + (asked == nullptr ? "" : asked);
  EXPECT_EQ(lehr::cpu_backend().kernel(spec)->implementation().substr(0, expected.size()), expected);
}
