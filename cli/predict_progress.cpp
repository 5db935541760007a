#include "predict_progress.hpp"

#include <cstdio>

namespace lehr::cli {

PredictProgress::PredictProgress(bool live, bool json) : live_(live), warn_(warnings(live, json)) {}

void PredictProgress::skip(std::int64_t files, const std::string& problem) {
  skipped_ += files;
  warn_(problem);
}

void PredictProgress::show() {
  constexpr double interval = 0.2;
  const double now = since_start_.seconds();
  if (!live_ || now - shown_ < interval) return;
  shown_ = now;
  const auto rate = static_cast<std::int64_t>(static_cast<double>(predicted_) / now);
  std::fprintf(stderr, "\r\x1b[J%s, %s a second", grouped(predicted_, "picture").c_str(),
               grouped(rate).c_str());
}

void PredictProgress::end() {
  if (live_ && shown_ > 0) std::fprintf(stderr, "\r\x1b[J");
  if (skipped_ == 0 || predicted_ + skipped_ == 1) return;
  std::fprintf(stderr, "lehr: %s of %s could not be read and %s skipped\n", grouped(skipped_).c_str(),
               grouped(predicted_ + skipped_, "picture").c_str(), skipped_ == 1 ? "was" : "were");
}

}  // namespace lehr::cli
