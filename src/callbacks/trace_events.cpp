#include "lehr/callbacks/trace_events.hpp"

#include <fmt/format.h>

#include <iostream>

#include "lehr/train/learner.hpp"

namespace lehr {

void TraceEvents::handle(Event event, Learner& learner) {
  const Progress& p = learner.progress();
  std::ostream& out = out_ == nullptr ? std::cerr : *out_;
  out << fmt::format("{:<22} epoch {}/{}, {} batch {}/{}\n", event_name(event), p.epoch + 1, p.epochs,
                     p.training ? "training" : "validation", p.batch + 1, p.batches);
}

}  // namespace lehr
