#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lehr {

/// The events of a training, in the order in which they fire. Source of names and meaning: fastai's
/// callbacks.
enum class Event : std::uint8_t {
  before_fit,
  before_epoch,
  before_train,
  before_batch,
  after_predict,
  after_loss,
  before_backward,
  after_backward,
  before_step,
  after_step,
  after_cancel_batch,
  after_batch,
  before_stop,
  after_cancel_train,
  after_train,
  before_validate,
  after_cancel_validate,
  after_validate,
  after_cancel_epoch,
  after_epoch,
  after_cancel_fit,
  after_fit,
  clean_up,
};

inline constexpr std::size_t event_count = static_cast<std::size_t>(Event::clean_up) + 1;

/// "before_fit", "before_epoch", ... Throws BadInput if there is no such event.
std::string_view event_name(Event event);

/// The parts of a training that can be cancelled, from the smallest to the largest.
enum class Scope : std::uint8_t { batch, train, validate, epoch, fit };

inline constexpr std::array scope_names{std::string_view("batch"), std::string_view("train"),
                                        std::string_view("validate"), std::string_view("epoch"),
                                        std::string_view("fit")};

constexpr std::string_view scope_name(Scope scope) { return scope_names[static_cast<std::size_t>(scope)]; }

}  // namespace lehr
