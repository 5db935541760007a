#include "lehr/callbacks/recorder.hpp"

#include "callbacks/first_states.hpp"
#include "lehr/core/error.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

Recorder::Recorder(RecorderOptions options) : options_(options) {
  if (options_.every >= 1) return;
  throw BadInput("Recorder records every 1 batch or more, found " + std::to_string(options_.every));
}

void Recorder::after_batch(Learner& learner) {
  const Progress& p = learner.progress();
  if (!p.training || p.batch % options_.every != 0) return;
  batches_.push_back({p.epoch, p.batch, p.loss, p.lr, p.momentum});
}

void Recorder::save_state(CallbackState& state) const {
  const auto column = [this](auto values, const auto& member) {
    for (const BatchRecord& one : batches_) values.push_back(one.*member);
    return values;
  };
  StateTable& table = state.tables["batches"];
  table.add("epoch", column(StateTable::Integers(), &BatchRecord::epoch));
  table.add("batch", column(StateTable::Integers(), &BatchRecord::batch));
  table.add("loss", column(StateTable::Reals(), &BatchRecord::loss));
  table.add("lr", column(StateTable::Reals(), &BatchRecord::lr));
  table.add("momentum", column(StateTable::Reals(), &BatchRecord::momentum));
}

void Recorder::load_state(const CallbackState& state) {
  batches_.clear();
  if (state.tables.empty()) {  // from lehr's first versions; the epoch is half a word
    const FirstRows rows(state.array("batches"), 5, "records");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      batches_.push_back({.epoch = static_cast<std::int32_t>(rows.integer(i, 0)),
                          .batch = rows.integer(i, 1),
                          .loss = rows.real(i, 2),
                          .lr = rows.real(i, 3),
                          .momentum = rows.real(i, 4)});
    }
    return;
  }
  const StateTable& table = state.table("batches");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    batches_.push_back({.epoch = static_cast<int>(table.integers("epoch")[i]),
                        .batch = table.integers("batch")[i],
                        .loss = table.reals("loss")[i],
                        .lr = table.reals("lr")[i],
                        .momentum = table.reals("momentum")[i]});
  }
}

}  // namespace lehr
