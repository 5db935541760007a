#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lehr {

/// Why a fit ended.
enum class EndReason : std::uint8_t {
  none,            ///< no fit has ended yet, or one is under way
  completed,       ///< all epochs are done
  early_stopping,  ///< a monitored number no longer improved
  time_limit,
  cancelled,       ///< a callback cancelled the fit
  interrupted,     ///< Learner::request_stop, or a stop token
  records_failed,  ///< the run store could not be written, and the records were required
  diverged,        ///< Diverged was thrown
  failed,          ///< something else was thrown
};

/// The word for programs: "completed", "early_stopping", "time_limit", ... For EndReason::none it is "".
std::string_view end_reason_name(EndReason reason);
/// The way back. Throws BadInput for an unknown word, with the nearest one.
EndReason end_reason_by_name(std::string_view name);

/// Why a fit ended, for programs and for people.
struct Ending {
  EndReason reason = EndReason::none;
  /// One sentence without a full stop: "valid_loss has not improved for 3 epochs; ...". Of a fit that threw:
  /// the message.
  std::string text{};
  friend bool operator==(const Ending&, const Ending&) = default;
};

}  // namespace lehr
