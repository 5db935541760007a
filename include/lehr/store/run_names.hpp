#pragma once

#include <string_view>

#include "lehr/store/run_records.hpp"

/// Words of the run store for enumerations.
namespace lehr::store {

std::string_view status_name(RunStatus status);
/// Throws BadInput for an unknown word.
RunStatus status_of(std::string_view name);
/// The word of RunInfo::reason, and the sentence behind it; "" if there is none.
std::string_view reason_word(std::string_view reason);
std::string_view reason_sentence(std::string_view reason);
std::string_view tensor_name(Watched what);
Watched tensor_of(std::string_view name);

}  // namespace lehr::store
