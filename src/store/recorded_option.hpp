#pragma once

#include <string>
#include <string_view>

#include "lehr/store/run_records.hpp"

namespace lehr::store {

/// The value of an option that the run recorded (RunInfo::config): a text without its quotes, anything else
/// as it is written. Empty if it was not recorded.
std::string recorded_option(const RunInfo& info, std::string_view key);

}  // namespace lehr::store
