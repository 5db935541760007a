#include "serve/store_view.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <variant>

#include "lehr/core/number_text.hpp"
#include "lehr/store/run_names.hpp"

namespace lehr::serve {
namespace {

constexpr std::size_t most_lines = 1000;

constexpr const char* counts =
    "SELECT name, (SELECT count(*) FROM epochs WHERE run = runs.id),"
    " (SELECT step FROM steps WHERE run = runs.id ORDER BY step DESC LIMIT 1),"
    " (SELECT valid_accuracy FROM epochs WHERE run = runs.id ORDER BY epoch DESC LIMIT 1),"
    " (SELECT train_accuracy FROM epochs WHERE run = runs.id ORDER BY epoch DESC LIMIT 1)"
    " FROM runs ORDER BY started DESC, name DESC LIMIT 1000";

std::int64_t integer_of(const store::Value& value, std::int64_t otherwise) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer == nullptr ? otherwise : *integer;
}

std::optional<double> real_of(const store::Value& value) {
  const auto* real = std::get_if<double>(&value);
  return real == nullptr ? std::nullopt : std::optional(*real);
}

void set_counts(RunLine& line, std::span<const store::Value> values) {
  line.epochs = integer_of(values[1], 0);
  line.batches = integer_of(values[2], -1) + 1;
  line.accuracy = real_of(values[3]);
  line.validated = line.accuracy.has_value();
  if (!line.validated) line.accuracy = real_of(values[4]);
}

std::string stamp_of(const RunLine& line) {
  return std::string(store::status_name(line.info.status)) + ' ' + std::to_string(line.epochs) + ' ' +
         std::to_string(line.batches) + ' ' + number_text(line.info.ended) + ' ' + line.info.name;
}

}  // namespace

StoreView::StoreView(std::filesystem::path file)
    : file_(std::move(file)), identity_(mark_of(file_)), store_(file_) {}

StoreView::FileMark StoreView::mark_of(const std::filesystem::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino), found.st_size,
          found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

bool StoreView::changed() {
  FileMark now = mark_of(file_);
  std::filesystem::path log = file_;
  log += "-wal";
  for (const std::int64_t part : mark_of(log)) now.push_back(part);
  return std::exchange(seen_, now) != now;
}

void StoreView::follow_file() {
  const FileMark now = mark_of(file_);
  if (now.size() >= 2 && identity_.size() >= 2 && std::equal(now.begin(), now.begin() + 2, identity_.begin()))
    return;
  store_ = store::RunStore(file_);
  identity_ = now;
}

std::vector<RunLine> StoreView::lines() {
  follow_file();
  std::vector<store::RunInfo> all = store_.runs();
  std::ranges::reverse(all);
  all.resize(std::min(all.size(), most_lines));
  std::map<std::string, RunLine> lines;
  for (store::RunInfo& info : all) lines[info.id].info = info;
  store_.query(counts, [&](std::span<const std::string>, std::span<const store::Value> values) {
    const auto* id = std::get_if<std::string>(&values[0]);
    const auto found = id == nullptr ? lines.end() : lines.find(*id);
    if (found != lines.end()) set_counts(found->second, values);
    return true;
  });
  std::vector<RunLine> in_order;
  for (const store::RunInfo& info : all) {
    in_order.push_back(std::move(lines[info.id]));
    in_order.back().stamp = stamp_of(in_order.back());
  }
  return in_order;
}

}  // namespace lehr::serve
