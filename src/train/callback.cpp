#include "lehr/train/callback.hpp"

#include <array>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

/// An event, its name and the method that handles it.
struct EventRow {
  Event event;
  std::string_view name;
  void (Callback::*method)(Learner&);
};

constexpr std::array<EventRow, event_count> event_rows{{
    {Event::before_fit, "before_fit", &Callback::before_fit},
    {Event::before_epoch, "before_epoch", &Callback::before_epoch},
    {Event::before_train, "before_train", &Callback::before_train},
    {Event::before_batch, "before_batch", &Callback::before_batch},
    {Event::after_predict, "after_predict", &Callback::after_predict},
    {Event::after_loss, "after_loss", &Callback::after_loss},
    {Event::before_backward, "before_backward", &Callback::before_backward},
    {Event::after_backward, "after_backward", &Callback::after_backward},
    {Event::before_step, "before_step", &Callback::before_step},
    {Event::after_step, "after_step", &Callback::after_step},
    {Event::after_cancel_batch, "after_cancel_batch", &Callback::after_cancel_batch},
    {Event::after_batch, "after_batch", &Callback::after_batch},
    {Event::before_stop, "before_stop", &Callback::before_stop},
    {Event::after_cancel_train, "after_cancel_train", &Callback::after_cancel_train},
    {Event::after_train, "after_train", &Callback::after_train},
    {Event::before_validate, "before_validate", &Callback::before_validate},
    {Event::after_cancel_validate, "after_cancel_validate", &Callback::after_cancel_validate},
    {Event::after_validate, "after_validate", &Callback::after_validate},
    {Event::after_cancel_epoch, "after_cancel_epoch", &Callback::after_cancel_epoch},
    {Event::after_epoch, "after_epoch", &Callback::after_epoch},
    {Event::after_cancel_fit, "after_cancel_fit", &Callback::after_cancel_fit},
    {Event::after_fit, "after_fit", &Callback::after_fit},
    {Event::clean_up, "clean_up", &Callback::clean_up},
}};

constexpr bool rows_are_in_event_order() {
  for (std::size_t i = 0; i < event_count; ++i) {
    if (event_rows[i].event != static_cast<Event>(i)) return false;
  }
  return true;
}
static_assert(rows_are_in_event_order());

const EventRow& row_of(Event event) {
  const auto index = static_cast<std::size_t>(event);
  if (index >= event_count) throw BadInput("there is no such event");
  return event_rows[index];
}

template <class Value>
const Value& find(const std::map<std::string, Value>& values, const std::string& name) {
  const auto found = values.find(name);
  if (found != values.end()) return found->second;
  throw BadInput("the saved state has no " + in_quotes(name));
}

}  // namespace

double CallbackState::number(const std::string& name) const { return find(numbers, name); }
std::int64_t CallbackState::integer(const std::string& name) const { return find(integers, name); }
const std::string& CallbackState::text(const std::string& name) const { return find(texts, name); }
const std::vector<float>& CallbackState::array(const std::string& name) const { return find(arrays, name); }
const StateTable& CallbackState::table(const std::string& name) const { return find(tables, name); }

std::string_view event_name(Event event) { return row_of(event).name; }

void Callback::handle(Event event, Learner& learner) { (this->*row_of(event).method)(learner); }

}  // namespace lehr
