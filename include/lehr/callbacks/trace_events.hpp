#pragma once

#include <ostream>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Prints every event as it fires, with epoch and batch.
class TraceEvents final : public Callback {
 public:
  /// If `out` is null, it prints to std::cerr.
  explicit TraceEvents(std::ostream* out = nullptr) : out_(out) {}
  std::string_view name() const override { return "TraceEvents"; }
  int order() const override { return -100; }
  void handle(Event event, Learner& learner) override;

 private:
  std::ostream* out_;
};

}  // namespace lehr
