#include "diagnosis/loss_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lehr::diagnosis {
namespace {

double finite(double loss) { return std::isfinite(loss) ? loss : std::numeric_limits<double>::max(); }

}  // namespace

LossShape loss_shape(const Facts& facts) {
  const std::vector<double>& smoothed = facts.smoothed();
  LossShape shape{.first = finite(facts.losses().front())};
  const std::size_t early = (facts.losses().size() + 19) / 20;
  for (std::size_t i = 0; i < early; ++i)
    shape.start += finite(facts.losses()[i]) / static_cast<double>(early);
  shape.lowest = finite(smoothed.front());
  for (std::size_t i = 0; i < smoothed.size(); ++i) {
    const double loss = finite(smoothed[i]);
    const double at = static_cast<double>(i + 1) / static_cast<double>(smoothed.size());
    if (loss < shape.lowest) {
      shape.lowest = loss;
      shape.lowest_at = at;
    }
    if (loss <= shape.peak) continue;
    shape.peak = loss;
    shape.peak_at = at;
  }
  shape.middle = finite(smoothed[smoothed.size() / 2]);
  shape.end = finite(smoothed.back());
  return shape;
}

EvidenceChart loss_chart(const Facts& facts) {
  EvidenceChart chart{.title = "training loss", .values = facts.smoothed()};
  for (const store::StepRow& batch : facts.batches()) {
    chart.batches.push_back(static_cast<double>(batch.step));
  }
  return chart;
}

double peak_rate(const Facts& facts) {
  double peak = 0;
  for (const store::StepRow& batch : facts.batches()) peak = std::max(peak, batch.lr);
  return peak;
}

double guessing_loss(const Facts& facts) {
  double all = 0;
  for (const std::int64_t count : facts.run().class_counts) all += static_cast<double>(count);
  if (all == 0) return facts.chance_loss();
  double entropy = 0;
  for (const std::int64_t count : facts.run().class_counts) {
    const double share = static_cast<double>(count) / all;
    if (share > 0) entropy -= share * std::log(share);
  }
  return entropy;
}

bool has_cross_entropy(const Facts& facts) {
  const std::string loss = facts.option("loss");
  return loss.empty() || loss == "cross_entropy";
}

bool is_adaptive(const Facts& facts) {
  const std::string optimizer = facts.option("optimizer");
  return optimizer.find("ada") != std::string::npos || optimizer.find("rms") != std::string::npos ||
         optimizer.find("lion") != std::string::npos;
}

const store::EpochRow& last_epoch(const Facts& facts) { return facts.run().epochs.back(); }

std::string rate_text(double rate) { return fmt::format("{:.1g}", rate); }

}  // namespace lehr::diagnosis
