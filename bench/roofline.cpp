// Compares the time of each step of the plan with the minimum that the processor allows.
//
//  bench_roofline [batch size] [batch-norm: 0|1] [seconds]
#include <fmt/format.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include "lehr/backend/machine_peak.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/data/data.hpp"
#include "lehr/graph/cost.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/stats_subscription.hpp"

namespace {

struct Work {
  double flops = 0;
  double bytes = 0;
};

// Forward: inputs and parameters are read, the output is written. Backward: about twice the multiply-adds,
// and gradients in addition to the values. If the input's gradient is not needed, as for the first layer, the
// multiply-adds are the same as forward.
struct StepWork {
  Work forward;
  Work backward;
};

StepWork work_of(const lehr::Graph& graph, const lehr::StepInfo& step, std::span<const lehr::NodeCost> costs,
                 std::int64_t batch) {
  StepWork work;
  double bytes = 0;
  for (const lehr::NodeId id : step.nodes)
    work.forward.flops += static_cast<double>(costs[static_cast<std::size_t>(id)].flops);
  const lehr::Node& first = graph.node(step.nodes.front());
  bool reads_graph_input = false;
  for (const lehr::NodeId input : first.inputs) {
    bytes += static_cast<double>(graph.node(input).output.bytes()) * static_cast<double>(batch);
    reads_graph_input = reads_graph_input || !graph.node(input).op;
  }
  for (const lehr::ParameterSpec& parameter : first.parameters)
    bytes += 4.0 * static_cast<double>(parameter.shape.numel());
  bytes += static_cast<double>(graph.node(step.nodes.back()).output.bytes()) * static_cast<double>(batch);
  work.forward.bytes = bytes;
  work.backward.flops = work.forward.flops * (reads_graph_input ? 1 : 2);
  work.backward.bytes = 2 * bytes;
  return work;
}

double roofline_seconds(const Work& work, const lehr::MachinePeak& peak) {
  return std::max(work.flops / peak.flops, work.bytes / peak.bytes_a_second);
}

void print_row(const std::string& name, const char* pass, double seconds, const Work& work,
               const lehr::MachinePeak& peak, const std::string& implementation) {
  fmt::print("{:<22} {:<8} {:>9.1f} {:>10.1f} {:>9.1f} {:>8.0f}%  {}\n", name, pass, seconds * 1e6,
             work.flops / seconds * 1e-9, work.bytes / seconds * 1e-9,
             100 * roofline_seconds(work, peak) / seconds, implementation);
}

void profile(std::int64_t batch, bool batch_norm, double seconds_to_run) {
  using namespace lehr;
  const MachinePeak peak = measure_machine_peak();
  fmt::print("peak with {} threads: {:.0f} GFLOP/s in f32, {:.0f} GB/s of memory\n", threads(),
             peak.flops * 1e-9, peak.bytes_a_second * 1e-9);
  const DataSplits data = data::digits({.train = batch * 8, .valid = 100});
  Learner learner(models::simple_cnn({.batch_norm = batch_norm}), data,
                  {.batch_size = batch, .validate = false});
  learner.fit(2, 1e-3);
  Plan& plan = learner.training_plan();
  std::vector<StepTime> times(plan.steps().size());
  std::int64_t batches = 0;
  StatsSubscription clock = learner.subscribe({});
  clock.measure(true, true);
  learner.on(Event::after_batch, [&](Learner& l) {
    ++batches;
    for (std::size_t i = 0; i < times.size(); ++i) {  // a plan has the times of its last batch
      times[i].forward_seconds += l.step().plan().times()[i].forward_seconds;
      times[i].backward_seconds += l.step().plan().times()[i].backward_seconds;
    }
  });
  double whole = 0;
  while (whole < seconds_to_run) {
    learner.fit(4, 1e-3);
    for (const EpochRecord& epoch : learner.history().last(4)) whole += epoch.train_seconds;
  }
  const auto each = static_cast<double>(batches);
  const auto costs = cost_of(learner.model(), batch);
  fmt::print("\n{:<22} {:<8} {:>9} {:>10} {:>9} {:>9}  {}\n", "step", "pass", "us", "GFLOP/s", "GB/s",
             "roofline", "implementation");
  double in_steps = 0;
  double flops = 0;
  for (std::size_t i = 0; i < plan.steps().size(); ++i) {
    const StepInfo& step = plan.steps()[i];
    const StepTime& time = times[i];
    in_steps += time.forward_seconds + time.backward_seconds;
    const bool in_model = static_cast<std::size_t>(step.nodes.back()) < costs.size();
    const StepWork work = in_model ? work_of(learner.model(), step, costs, batch) : StepWork{};
    if (time.forward_seconds > 0)
      print_row(step.name, "forward", time.forward_seconds / each, work.forward, peak, step.implementation);
    if (time.backward_seconds > 0)
      print_row(step.name, "backward", time.backward_seconds / each, work.backward, peak,
                step.implementation);
    flops += work.forward.flops + (step.has_backward ? work.backward.flops : 0);
  }
  fmt::print("\nwhole batch {:.1f} us, of which {:.1f} us outside the plan (loader, optimizer, metrics)\n",
             whole / each * 1e6, (whole - in_steps) / each * 1e6);
  fmt::print("{:.0f} images/s; {:.0f} GFLOP/s, {:.0f} % of the peak\n",
             each * static_cast<double>(batch) / whole, flops * each / whole * 1e-9,
             100 * flops * each / whole / peak.flops);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    profile(argc > 1 ? std::atoll(argv[1]) : 512, argc > 2 && std::atoi(argv[2]) != 0,
            argc > 3 ? std::atof(argv[3]) : 2.0);
  } catch (const lehr::Error& error) {
    fmt::print(stderr, "bench_roofline: {}\n", error.what());
    return static_cast<int>(error.kind());
  }
}
