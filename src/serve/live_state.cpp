#include "serve/live_state.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "lehr/core/error.hpp"

namespace lehr::serve {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::size_t most_watches = 64;

/// Processor time of this thread.
std::chrono::nanoseconds spent() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The thread makes reports with a hundredth of a processor.
Clock::duration rest_after(std::chrono::nanoseconds cost) {
  return std::clamp<Clock::duration>(100 * cost, 1s, 60s);
}

}  // namespace

LiveRuns::State::State(std::filesystem::path store, std::size_t streams)
    : looked_at(store), read_from(std::move(store)), most_streams(streams) {
  looked_at.changed();
  take(looked_at.lines());
}

void LiveRuns::State::start() {
  looking = std::thread([this] { look_again_and_again(); });
  making = std::thread([this] { make_reports(); });
}

void LiveRuns::State::stop() {
  {
    const std::lock_guard lock(mutex);
    stopped = true;
  }
  for (std::condition_variable* const all : {&changed, &work, &wanted}) all->notify_all();
  if (looking.joinable()) looking.join();
  if (making.joinable()) making.join();
}

bool LiveRuns::State::is_watched(const Watch& watch) const {
  return watch.streams > 0 || Clock::now() - watch.asked < 15s;
}

bool LiveRuns::State::somebody_watches() const {
  return is_watched(*list) ||
         std::ranges::any_of(watches, [&](const auto& one) { return is_watched(*one.second); });
}

const RunLine* LiveRuns::State::line_of(const std::string& id) const {
  const auto place = places.find(id);
  return place == places.end() ? nullptr : &lines[place->second];
}

std::shared_ptr<Watch> LiveRuns::State::watch_of(const std::vector<std::string>& ids) {
  std::shared_ptr<Watch> watch = list;
  if (!ids.empty()) {
    const auto found = watches.find(ids);
    if (found == watches.end() && watches.size() >= most_watches) return nullptr;
    std::shared_ptr<Watch>& place = watches[ids];
    if (!place) {
      place = std::make_shared<Watch>();
      place->ids = ids;
      update(*place);
    }
    watch = place;
  }
  watch->asked = Clock::now();
  wanted.notify_all();
  work.notify_all();
  return watch;
}

void LiveRuns::State::send(Watch& watch, const json& json) {
  std::string text = json_text(json);
  if (watch.text && *watch.text == text) return;
  watch.text = std::make_shared<const std::string>(std::move(text));
  ++watch.version;
  changed.notify_all();
}

void LiveRuns::State::update(Watch& watch) {
  watch.stamp.clear();
  json runs = json::array();
  for (std::size_t i = 0; i < watch.ids.size(); ++i) {
    const RunLine* const line = line_of(watch.ids[i]);
    watch.stamp += line == nullptr ? "gone" : line->stamp;
    watch.stamp += '\n';
    if (line == nullptr) continue;
    runs.push_back(line_json(*line));
    runs.back()["findings"] = i < watch.findings.size() ? watch.findings[i] : json();
  }
  send(watch,
       {{"report", watch.reports}, {"runs", runs}, {"trouble", trouble.empty() ? watch.trouble : trouble}});
}

void LiveRuns::State::update_list() {
  json runs = json::array();
  for (const RunLine& line : lines) {
    runs.push_back(line_json(line));
    const auto summary = summaries.find(line.info.id);
    runs.back()["findings"] = summary == summaries.end() ? json() : summary->second.findings;
  }
  send(*list, {{"runs", runs}, {"trouble", trouble}});
}

void LiveRuns::State::take(std::vector<RunLine> now) {
  lines = std::move(now);
  places.clear();
  for (std::size_t i = 0; i < lines.size(); ++i) places[lines[i].info.id] = i;
  std::erase_if(summaries, [&](const auto& one) { return !places.contains(one.first); });
  std::erase_if(watches, [&](const auto& one) { return !is_watched(*one.second); });
  update_list();
  for (const auto& [ids, watch] : watches) update(*watch);
  work.notify_all();
}

void LiveRuns::State::look_again_and_again() {
  std::unique_lock lock(mutex);
  while (!stopped) {
    lock.unlock();
    look();
    lock.lock();
    wanted.wait_for(lock, 1s, [&] { return stopped; });
    wanted.wait(lock, [&] { return stopped || somebody_watches(); });
  }
}

// A process that is gone changes no file, so the store is read now and then in any case.
void LiveRuns::State::look() {
  const bool due = looked_at.changed() || Clock::now() - looked > 5s;
  if (!due) return;
  looked = Clock::now();
  try {
    std::vector<RunLine> now = looked_at.lines();
    const std::lock_guard lock(mutex);
    trouble.clear();
    take(std::move(now));
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex);
    trouble = error.what();
    take(lines);
  }
}

std::shared_ptr<Watch> LiveRuns::State::due_report(Clock::time_point now) const {
  for (const auto& [ids, watch] : watches) {
    if (!watch->report && is_watched(*watch) && watch->rendered_stamp != watch->stamp) return watch;
  }
  if (now < rests_until) return nullptr;
  for (const auto& [ids, watch] : watches) {
    if (is_watched(*watch) && watch->rendered_stamp != watch->stamp) return watch;
  }
  return nullptr;
}

const RunLine* LiveRuns::State::due_summary(Clock::time_point now) const {
  if (now < rests_until || !is_watched(*list)) return nullptr;
  const RunLine* stale = nullptr;
  for (const RunLine& line : lines) {
    const auto summary = summaries.find(line.info.id);
    if (summary == summaries.end()) return &line;
    if (stale == nullptr && summary->second.stamp != line.stamp) stale = &line;
  }
  return stale;
}

void LiveRuns::State::make_report(std::unique_lock<std::mutex>& lock, Watch& watch) {
  watch.rendered_stamp = watch.stamp;
  lock.unlock();
  Rendered rendered;
  std::string why;
  try {
    read_from.follow_file();
    rendered = render(read_from.runs(), watch.ids);
  } catch (const std::exception& error) {  // the run was removed, or the store is damaged
    why = error.what();
  }
  lock.lock();
  watch.trouble = why;
  if (rendered.report) {
    watch.report = std::move(rendered.report);
    watch.findings = std::move(rendered.findings);
    ++watch.reports;
  }
  update(watch);
}

void LiveRuns::State::make_summary(std::unique_lock<std::mutex>& lock, const RunLine& line) {
  const std::string id = line.info.id;
  summaries[id].stamp = line.stamp;
  lock.unlock();
  json findings;
  try {
    read_from.follow_file();
    findings = findings_of_run(read_from.runs(), id);
  } catch (const std::exception& error) {
    findings = {{"line", error.what()}, {"causes", json::array()}};
  }
  lock.lock();
  summaries[id].findings = std::move(findings);
  update_list();
}

bool LiveRuns::State::make_one(std::unique_lock<std::mutex>& lock) {
  if (const std::shared_ptr<Watch> watch = due_report(Clock::now())) {
    make_report(lock, *watch);
  } else if (const RunLine* const line = due_summary(Clock::now())) {
    make_summary(lock, *line);
  } else {
    return false;
  }
  return true;
}

void LiveRuns::State::make_reports() {
  constexpr int least_priority = 19;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), least_priority);  // on Linux: of this thread alone
  std::unique_lock lock(mutex);
  while (!stopped) {
    const std::chrono::nanoseconds before = spent();
    if (!make_one(lock)) {
      work.wait_for(lock, 500ms);
      continue;
    }
    const bool trains = std::ranges::any_of(
        lines, [](const RunLine& line) { return line.info.status == store::RunStatus::running; });
    if (trains) rests_until = Clock::now() + rest_after(spent() - before);
  }
}

}  // namespace lehr::serve
