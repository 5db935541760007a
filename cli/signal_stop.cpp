#include "signal_stop.hpp"

#include <chrono>
#include <cstdio>

#include "terminal.hpp"

namespace lehr::cli {

SignalStop::SignalStop(SignalWatch& watch)
    : poll_([&watch, stop = stop_](const std::stop_token& end) mutable {
        using namespace std::chrono_literals;
        while (!end.stop_requested() && !watch.received()) std::this_thread::sleep_for(20ms);
        if (!watch.received()) return;
        const char* const end_of_line = is_terminal(2) ? "\n" : "";  // after the ^C of the terminal
        std::fprintf(stderr, "%slehr: stopping after this batch; once more stops at once\n", end_of_line);
        stop.request_stop();
      }) {
  watch.allow_polling();
}

}  // namespace lehr::cli
