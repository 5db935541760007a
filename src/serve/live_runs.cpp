#include "serve/live_runs.hpp"

#include <algorithm>

#include "serve/live_state.hpp"

namespace lehr::serve {
namespace {

using namespace std::chrono_literals;

/// The events of a watch. The first one is what is known already.
class WatchEvents final : public Events {
 public:
  WatchEvents(std::shared_ptr<LiveRuns::State> state, std::shared_ptr<Watch> watch)
      : state_(std::move(state)), watch_(std::move(watch)) {
    ++state_->streams;
    ++watch_->streams;
  }
  ~WatchEvents() override {
    const std::lock_guard lock(state_->mutex);
    --state_->streams;
    --watch_->streams;
  }

  std::optional<std::string> next() override {
    std::unique_lock lock(state_->mutex);
    const auto news = [&] { return state_->stopped || watch_->version != seen_; };
    if (!state_->changed.wait_for(lock, 5s, news)) return ":\n\n";  // says that the server is there
    if (state_->stopped) return std::nullopt;
    seen_ = watch_->version;
    const std::shared_ptr<const std::string> text = watch_->text;
    lock.unlock();
    return "retry: 2000\ndata: " + *text + "\n\n";
  }

 private:
  std::shared_ptr<LiveRuns::State> state_;
  std::shared_ptr<Watch> watch_;
  std::uint64_t seen_ = 0;
};

}  // namespace

LiveRuns::LiveRuns(std::filesystem::path store, std::size_t most_streams)
    : state_(std::make_shared<State>(std::move(store), most_streams)) {
  state_->start();
}

LiveRuns::~LiveRuns() { stop(); }

void LiveRuns::stop() { state_->stop(); }

std::shared_ptr<const std::string> LiveRuns::list() {
  const std::lock_guard lock(state_->mutex);
  return state_->watch_of({})->text;
}

bool LiveRuns::has(const std::vector<std::string>& ids) {
  constexpr std::size_t most_runs = 20;
  const std::lock_guard lock(state_->mutex);
  return ids.size() <= most_runs &&
         std::ranges::all_of(ids, [&](const std::string& id) { return state_->line_of(id) != nullptr; });
}

std::shared_ptr<const Report> LiveRuns::report(const std::vector<std::string>& ids) {
  const std::lock_guard lock(state_->mutex);
  const std::shared_ptr<Watch> watch = state_->watch_of(ids);
  return watch ? watch->report : nullptr;
}

std::shared_ptr<Events> LiveRuns::follow(const std::vector<std::string>& ids) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopped || state_->streams >= state_->most_streams) return nullptr;
  std::shared_ptr<Watch> watch = state_->watch_of(ids);
  return watch ? std::make_shared<WatchEvents>(state_, std::move(watch)) : nullptr;
}

}  // namespace lehr::serve
