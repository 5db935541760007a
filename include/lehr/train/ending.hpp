#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lehr {

/// Why a fit ended.
enum class EndReason : std::uint8_t {
  none,            ///< no fit has ended yet, or a fit is running
  completed,       ///< all epochs are done
  early_stopping,  ///< a monitored metric no longer improved
  time_limit,
  cancelled,       ///< a callback cancelled the fit
  interrupted,     ///< Learner::request_stop, or a stop token
  records_failed,  ///< the run store could not be written, and records were required
  diverged,        ///< Diverged was thrown
  failed,          ///< something else was thrown
};

/// The reason as a word for programs: "completed", "early_stopping", "time_limit", ... It is "" for
/// EndReason::none.
std::string_view end_reason_name(EndReason reason);
/// The inverse of end_reason_name. Throws BadInput with the nearest word if the word is unknown.
EndReason end_reason_by_name(std::string_view name);

/// Why a fit ended: a word for programs and a sentence for people.
struct Ending {
  EndReason reason = EndReason::none;
  /// One sentence without a full stop: "valid_loss has not improved for 3 epochs; ...". If the fit threw,
  /// this is the error's message.
  std::string text{};
  friend bool operator==(const Ending&, const Ending&) = default;
};

}  // namespace lehr
