#include "support/faulting_backend.hpp"

#include <gtest/gtest.h>

#include "lehr/backend/host_kernel.hpp"
#include "support/device.hpp"

namespace lehr::test {
namespace {

TEST(FaultingBackend, MovesValuesByNamedCalls) {
  const std::vector<float> values{1, 2, 3};
  const Buffer buffer = buffer_of(faulting_backend(), values);
  EXPECT_EQ(on_host(buffer.ref()), values);
  faulting_backend().scale(buffer.ref(), 2);
  EXPECT_EQ(on_host(buffer.ref()), (std::vector<float>{2, 4, 6}));
}

TEST(FaultingBackendDeathTest, FaultsIfTheHostReadsAnAddress) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const Buffer buffer = buffer_of(faulting_backend(), {1, 2, 3});
  const auto* const address = static_cast<const volatile float*>(host_address(buffer.ref()));
  EXPECT_DEATH((void)*address, "");
}

TEST(FaultingBackend, RefusesTensorsOfAnotherBackend) {
  const Buffer own = buffer_of(faulting_backend(), {1});
  const Buffer other = buffer_of(reference_backend(), {1});
  EXPECT_THROW(faulting_backend().copy(own.ref(), other.ref()), Error);
  EXPECT_THROW(reference_backend().copy(other.ref(), own.ref()), Error);
}

}  // namespace
}  // namespace lehr::test
