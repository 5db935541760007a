#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lehr::serve {

/// A rendered report.
struct Report {
  std::string html{};
  std::string nonce{};  ///< of its script
};

/// A stream of server-sent events.
class Events {
 public:
  virtual ~Events() = default;
  /// The next events, as text; a comment if nothing happened for a while. Nothing once the server stops.
  virtual std::optional<std::string> next() = 0;
};

/// The runs of a store as they are now, for any number of watchers.
///
/// One thread looks, at most once a second, whether the records of watched runs have changed. A second
/// thread, of low priority, makes findings and reports, and rests between them, so that a training on this
/// machine hardly notices it. Requests only take what is there.
class LiveRuns {
 public:
  /// Throws BadInput if the store is missing or damaged.
  LiveRuns(std::filesystem::path store, std::size_t most_streams);
  ~LiveRuns();
  LiveRuns(const LiveRuns&) = delete;
  LiveRuns& operator=(const LiveRuns&) = delete;

  /// All runs, the newest first, as JSON (docs/serve.md).
  std::shared_ptr<const std::string> list();
  /// Whether the store has all of these runs, and they are not too many for one page.
  bool has(const std::vector<std::string>& ids);
  /// The newest report about these runs. Null if none is ready: one is then being made.
  std::shared_ptr<const Report> report(const std::vector<std::string>& ids);
  /// Follows these runs, or the list if `ids` is empty. Null if there are too many streams.
  std::shared_ptr<Events> follow(const std::vector<std::string>& ids);

  /// Ends all streams.
  void stop();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace lehr::serve
