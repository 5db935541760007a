#include "lehr/callbacks/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

constexpr std::string_view prefix = "step-";
constexpr std::string_view of_epoch = "-epoch";
constexpr std::string_view suffix = ".safetensors";

/// Nothing for names that lehr itself does not give, so that other files in the folder are not touched.
std::optional<CheckpointPlace> place_in_name(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  std::string_view middle = name;
  middle.remove_prefix(prefix.size());
  middle.remove_suffix(std::min(suffix.size(), middle.size()));
  CheckpointPlace place{.epoch_done = middle.ends_with(of_epoch)};
  if (place.epoch_done) middle.remove_suffix(of_epoch.size());
  const auto [end, error] = std::from_chars(middle.data(), middle.data() + middle.size(), place.batches);
  const bool whole = error == std::errc() && end == middle.data() + middle.size() && place.batches >= 0;
  return whole ? std::optional(place) : std::nullopt;
}

}  // namespace

std::string checkpoint_name(const Learner& learner) {
  const bool epoch_done = learner.position().batch == 0;
  return fmt::format("{}{:012}{}{}", prefix, learner.progress().train_batches, epoch_done ? of_epoch : "",
                     suffix);
}

CheckpointPlace checkpoint_place(const std::filesystem::path& file) {
  if (const std::optional<CheckpointPlace> place = place_in_name(file)) return *place;
  throw BadInput(in_quotes(file) +
                 " does not have the name of a checkpoint: expected step-NUMBER.safetensors");
}

std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return found;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (place_in_name(entry->path())) found.push_back(entry->path());
  }
  if (error) throw Error(in_quotes(folder) + ": cannot be read: " + error.message());
  // Compared without the suffix, so that "step-7" comes before "step-7-epoch".
  const auto stem = [](const std::filesystem::path& file) { return file.stem().string(); };
  std::ranges::sort(found, std::ranges::greater(), stem);
  return found;
}

Checkpoint::Checkpoint(CheckpointOptions options)
    : options_(std::move(options)), guard_(options_.on_failure) {
  const bool negative = options_.every_batches < 0 || options_.every_epochs < 0 || options_.keep < 0 ||
                        !(options_.every_minutes >= 0);
  if (negative) throw BadInput("the intervals of checkpoints and how many to keep must be 0 or more");
}

void Checkpoint::before_fit(Learner&) { since_saved_.restart(); }

bool Checkpoint::due(const Learner& learner) const {
  if (options_.every_batches > 0 && learner.progress().train_batches % options_.every_batches == 0)
    return true;
  return options_.every_minutes > 0 && since_saved_.seconds() >= 60 * options_.every_minutes;
}

void Checkpoint::after_batch(Learner& learner) {
  if (learner.progress().training && due(learner)) save(learner);
}

void Checkpoint::before_stop(Learner& learner) { save(learner); }

void Checkpoint::after_epoch(Learner& learner) {
  const Progress& p = learner.progress();
  if (!learner.history().back().complete) return;
  const bool last = p.epoch + 1 == p.epochs;
  if (last || (options_.every_epochs > 0 && (p.epoch + 1) % options_.every_epochs == 0)) save(learner);
}

void Checkpoint::save(const Learner& learner) {
  const std::filesystem::path file = options_.folder / checkpoint_name(learner);
  const bool written = write(learner, file);
  since_saved_.restart();  // also after a failure: the next attempt is at the next interval
  if (!written) return;
  last_ = file;
  if (options_.keep > 0) remove_old();
}

bool Checkpoint::write(const Learner& learner, const std::filesystem::path& file) {
  const bool earlier = !last_.empty() || learner.progress().resumed;
  if (earlier && !options_.stop_on_failure) {
    return guard_.attempt([&] { learner.save_checkpoint(file); },
                          "the training goes on, and an earlier checkpoint is there");
  }
  try {
    learner.save_checkpoint(file);
    return true;
  } catch (const DiskError& error) {
    const char* why =
        earlier ? "; the training stops" : "; there is no earlier checkpoint, so the training stops";
    throw DiskError(error.what() + std::string(why));
  }
}

void Checkpoint::remove_old() const {
  const std::vector<std::filesystem::path> all = checkpoints_in(options_.folder);
  std::error_code ignored;  // a file that cannot be removed does no harm
  for (std::size_t i = static_cast<std::size_t>(options_.keep); i < all.size(); ++i) {
    std::filesystem::remove(all[i], ignored);
  }
}

}  // namespace lehr
