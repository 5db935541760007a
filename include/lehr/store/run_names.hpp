#pragma once

#include <string_view>

#include "lehr/store/run_records.hpp"

/// The names that the run store uses for enumerators.
namespace lehr::store {

std::string_view status_name(RunStatus status);
/// Throws BadInput if the name is unknown.
RunStatus status_of(std::string_view name);
/// The word and the sentence in RunInfo::reason; "" if there is none.
std::string_view reason_word(std::string_view reason);
std::string_view reason_sentence(std::string_view reason);
std::string_view tensor_name(Watched what);
Watched tensor_of(std::string_view name);

}  // namespace lehr::store
