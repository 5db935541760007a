#include "lehr/train/callback.hpp"

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

using Method = void (Callback::*)(Learner&);

constexpr std::array<Method, event_names.size()> methods{&Callback::before_fit,
                                                         &Callback::before_epoch,
                                                         &Callback::before_train,
                                                         &Callback::before_batch,
                                                         &Callback::after_predict,
                                                         &Callback::after_loss,
                                                         &Callback::before_backward,
                                                         &Callback::after_backward,
                                                         &Callback::before_step,
                                                         &Callback::after_step,
                                                         &Callback::after_cancel_batch,
                                                         &Callback::after_batch,
                                                         &Callback::before_stop,
                                                         &Callback::after_cancel_train,
                                                         &Callback::after_train,
                                                         &Callback::before_validate,
                                                         &Callback::after_cancel_validate,
                                                         &Callback::after_validate,
                                                         &Callback::after_cancel_epoch,
                                                         &Callback::after_epoch,
                                                         &Callback::after_cancel_fit,
                                                         &Callback::after_fit,
                                                         &Callback::clean_up};

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

void Callback::handle(Event event, Learner& learner) {
  if (static_cast<std::size_t>(event) >= methods.size()) throw BadInput("there is no such event");
  (this->*methods[static_cast<std::size_t>(event)])(learner);
}

}  // namespace lehr
