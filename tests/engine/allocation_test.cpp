// Running a batch allocates nothing: operator new is counted in the whole program. Only networks
// without oneDNN kernels are tested, because oneDNN makes a few small objects at each call.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "lehr/models/models.hpp"
#include "lehr/optim/optimizer.hpp"
#include "support/networks.hpp"

namespace {
std::atomic<std::int64_t> allocations = 0;
}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* address = std::malloc(bytes == 0 ? 1 : bytes)) return address;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
// GCC sees free() after this program's own new and reports a mismatch.
[[gnu::noinline]] void operator delete(void* address) noexcept { std::free(address); }
[[gnu::noinline]] void operator delete(void* address, std::size_t) noexcept { std::free(address); }

namespace lehr {
namespace {

void expect_no_allocation(const Graph& model) {
  testing::NetworkRun run(model, 33, cpu_backend());
  Plan plan = run.plan();
  const auto count = run.parameters.values().count();
  Optimizer optimizer(Adam{}, count, {{0, count, true}}, cpu_backend());
  const auto step = [&] {
    plan.forward();
    plan.backward();
    optimizer.step(run.parameters.values(), run.parameters.grads(), 1e-3);
  };
  step();  // the first run allocates the arena, and starts the threads
  const std::int64_t before = allocations;
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(allocations - before, 0);
}

TEST(Allocation, IsOverBeforeABatchOfSimpleCnnRuns) {
  expect_no_allocation(models::simple_cnn({}));
  expect_no_allocation(models::simple_cnn({.batch_norm = true}));
}

TEST(Allocation, IsCounted) {
  const std::int64_t before = allocations;
  delete new int(1);  // NOLINT
  const std::vector<int> numbers(100);
  EXPECT_GE(allocations - before, numbers.empty() ? 2 : 1);
}

}  // namespace
}  // namespace lehr
