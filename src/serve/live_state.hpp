#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "serve/live_runs.hpp"
#include "serve/rendering.hpp"
#include "serve/store_view.hpp"

namespace lehr::serve {

using Clock = std::chrono::steady_clock;

/// What watchers of the same runs, or of the list, see.
struct Watch {
  std::vector<std::string> ids{};  ///< empty: the list
  std::string stamp{};             ///< of the records as they are
  std::string rendered_stamp{};    ///< of the records in the report
  std::shared_ptr<const Report> report{};
  std::uint64_t reports = 0;  ///< made so far
  std::vector<nlohmann::json> findings{};
  std::shared_ptr<const std::string> text{};  ///< what is sent to watchers, as JSON
  std::uint64_t version = 0;                  ///< of the text
  std::string trouble{};                      ///< why no report could be made
  std::size_t streams = 0;
  Clock::time_point asked{};  ///< last by a request
};

/// The findings of a run in the list.
struct Summary {
  std::string stamp{};  ///< of the records that they are about
  nlohmann::json findings{};
};

struct LiveRuns::State : std::enable_shared_from_this<LiveRuns::State> {
  State(std::filesystem::path store, std::size_t streams);
  void start();
  void stop();

  // With the mutex held:
  bool is_watched(const Watch& watch) const;
  /// The watch of these runs, which becomes one if it is not; null if there are too many.
  std::shared_ptr<Watch> watch_of(const std::vector<std::string>& ids);
  const RunLine* line_of(const std::string& id) const;
  /// Takes what is in the store now.
  void take(std::vector<RunLine> now);
  void update(Watch& watch);
  void update_list();
  void send(Watch& watch, const nlohmann::json& json);
  bool somebody_watches() const;

  // Threads:
  void look_again_and_again();
  void look();
  void make_reports();
  /// Makes one report or one summary. Returns false if none is due. Lets the lock go meanwhile.
  bool make_one(std::unique_lock<std::mutex>& lock);
  void make_report(std::unique_lock<std::mutex>& lock, Watch& watch);
  void make_summary(std::unique_lock<std::mutex>& lock, const RunLine& line);
  std::shared_ptr<Watch> due_report(Clock::time_point now) const;
  const RunLine* due_summary(Clock::time_point now) const;

  std::mutex mutex{};
  std::condition_variable changed{};  ///< for streams
  std::condition_variable work{};     ///< for the thread that makes reports
  std::condition_variable wanted{};   ///< for the thread that looks at the store
  bool stopped = false;

  StoreView looked_at;  ///< of the thread that looks
  StoreView read_from;  ///< of the thread that makes reports
  std::string trouble{};
  std::vector<RunLine> lines{};
  std::map<std::string, std::size_t> places{};  ///< in `lines`, by id
  std::map<std::string, Summary> summaries{};
  std::shared_ptr<Watch> list = std::make_shared<Watch>();
  std::map<std::vector<std::string>, std::shared_ptr<Watch>> watches{};
  std::size_t streams = 0;
  std::size_t most_streams;
  Clock::time_point looked{};
  Clock::time_point rests_until{};

  std::thread looking{};
  std::thread making{};
};

}  // namespace lehr::serve
