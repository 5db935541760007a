#include "run/kept_config.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "lehr/run/run_files.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr::run {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void save_text(const std::filesystem::path& file, const std::string& text) {
  store::write_file_atomically(file, [&](std::ostream& out) { out << text; });
}

void save_moved_paths(Learner& learner, const std::filesystem::path& file, const std::string& config) {
  learner.on(Event::after_predict, [file, config, done = false](Learner&) mutable {
    if (!std::exchange(done, true) && text_of(file) != config) save_text(file, config);
  });
}

// A training that cannot begin leaves no files. The configuration is written before the first
// epoch, because every checkpoint needs it. The folder is kept after the first batch has passed
// through the network, or if the training is stopped earlier.
void save_config_at_start(Learner& learner, const std::shared_ptr<RunFolder>& made,
                          const std::string& config) {
  const auto save = [made, config](Learner& l) {
    if (l.progress().train_batches == 0) save_text(made->path() / run_files::options, config);
  };
  learner.on(Event::before_epoch, save);
  learner.on(Event::before_stop, save);
  for (const Event event : {Event::after_predict, Event::before_stop}) {
    learner.on(event, [made](Learner&) { made->keep(); });
  }
}

// The folder may be removed while the run is being trained. The next checkpoint makes it again, but
// can only be resumed with the configuration beside it.
void restore_lost_config(Learner& learner, const std::filesystem::path& file, const std::string& config) {
  const auto restore = [file, config](Learner& l) {
    std::error_code error;
    if (l.progress().train_batches > 0 && !std::filesystem::exists(file, error)) save_text(file, config);
  };
  learner.on(Event::after_epoch, restore);
  learner.on(Event::before_stop, restore);
  learner.on(Event::after_batch, [restore, folder = file.parent_path()](Learner& l) {
    std::error_code error;
    if (std::filesystem::exists(folder, error)) restore(l);
  });
}

}  // namespace

void keep_config(Learner& learner, const std::filesystem::path& folder,
                 const std::shared_ptr<RunFolder>& made, const std::string& config) {
  const std::filesystem::path file = folder / run_files::options;
  if (made != nullptr) {
    save_config_at_start(learner, made, config);
  } else {
    save_moved_paths(learner, file, config);
  }
  restore_lost_config(learner, file, config);
}

}  // namespace lehr::run
