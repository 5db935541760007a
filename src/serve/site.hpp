#pragma once

#include <memory>
#include <optional>
#include <string>

#include "serve/guard.hpp"
#include "serve/live_runs.hpp"

namespace lehr::serve {

/// What is sent back.
struct Answer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> text{};
  std::string policy = "default-src 'none'; frame-ancestors 'none'";  ///< Content-Security-Policy
  std::shared_ptr<Events> events{};                                   ///< instead of the text: a stream
};

/// A sentence.
Answer plain(int status, const std::string& says);
/// The page that is shown for a moment once the token is kept in a cookie.
Answer welcome_page();

/// The pages of the server by path. All of them are constant except three, which LiveRuns makes:
/// /runs (the list, JSON), /report?id=... (a page) and /events?id=... (a stream, of the list without an id).
class Site {
 public:
  explicit Site(LiveRuns& runs) : runs_(runs) {}
  Answer answer(const Asked& asked);

 private:
  Answer report(const Asked& asked);
  Answer events(const Asked& asked);

  LiveRuns& runs_;
};

}  // namespace lehr::serve
