#include "lehr/store/run_names.hpp"

#include <array>
#include <string>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::store {
namespace {

constexpr std::array statuses{std::pair(RunStatus::running, "running"), std::pair(RunStatus::done, "done"),
                              std::pair(RunStatus::interrupted, "interrupted"),
                              std::pair(RunStatus::diverged, "diverged"),
                              std::pair(RunStatus::failed, "failed")};
constexpr std::array tensors{
    std::pair(Watched::activation, "activation"),
    std::pair(Watched::activation_gradient, "activation_gradient"), std::pair(Watched::weight, "weight"),
    std::pair(Watched::weight_gradient, "weight_gradient"), std::pair(Watched::update, "update")};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

template <class Names>
auto value_in(const Names& names, std::string_view given, const char* what) {
  for (const auto& [value, name] : names) {
    if (given == name) return value;
  }
  throw BadInput("the run store holds an unknown " + std::string(what) + " " + in_quotes(given));
}

}  // namespace

std::string_view status_name(RunStatus status) { return name_in(statuses, status); }
RunStatus status_of(std::string_view name) { return value_in(statuses, name, "status"); }
std::string_view reason_word(std::string_view reason) { return reason.substr(0, reason.find(": ")); }

std::string_view reason_sentence(std::string_view reason) {
  const std::size_t end = reason.find(": ");
  return end == std::string_view::npos ? std::string_view() : reason.substr(end + 2);
}

std::string_view tensor_name(Watched what) { return name_in(tensors, what); }
Watched tensor_of(std::string_view name) { return value_in(tensors, name, "tensor"); }

}  // namespace lehr::store
