#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lehr {

/// The joints of a training, in the order in which they come. Source of names and meaning: fastai's
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

inline constexpr std::array event_names{std::string_view("before_fit"),
                                        std::string_view("before_epoch"),
                                        std::string_view("before_train"),
                                        std::string_view("before_batch"),
                                        std::string_view("after_predict"),
                                        std::string_view("after_loss"),
                                        std::string_view("before_backward"),
                                        std::string_view("after_backward"),
                                        std::string_view("before_step"),
                                        std::string_view("after_step"),
                                        std::string_view("after_cancel_batch"),
                                        std::string_view("after_batch"),
                                        std::string_view("before_stop"),
                                        std::string_view("after_cancel_train"),
                                        std::string_view("after_train"),
                                        std::string_view("before_validate"),
                                        std::string_view("after_cancel_validate"),
                                        std::string_view("after_validate"),
                                        std::string_view("after_cancel_epoch"),
                                        std::string_view("after_epoch"),
                                        std::string_view("after_cancel_fit"),
                                        std::string_view("after_fit"),
                                        std::string_view("clean_up")};

constexpr std::string_view event_name(Event event) { return event_names[static_cast<std::size_t>(event)]; }

/// What can be cancelled, from the narrowest to the widest.
enum class Scope : std::uint8_t { batch, train, validate, epoch, fit };

inline constexpr std::array scope_names{std::string_view("batch"), std::string_view("train"),
                                        std::string_view("validate"), std::string_view("epoch"),
                                        std::string_view("fit")};

constexpr std::string_view scope_name(Scope scope) { return scope_names[static_cast<std::size_t>(scope)]; }

}  // namespace lehr
