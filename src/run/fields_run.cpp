#include "lehr/core/error.hpp"
#include "run/fields.hpp"

namespace lehr::run {
namespace {

constexpr std::int64_t most_threads = 1024;
constexpr std::int64_t most_prefetched = 1024;

/// Rejects titles that mean something else in places where users name a run.
ConfigValue parse_title(const std::string& option, const std::string& text) {
  if (text == "latest" || text == "." || text == "..") {
    throw BadInput(option + " takes another name than \"" + text +
                   "\": wherever a run is named, that means something else");
  }
  return text;
}

/// For fields that do not affect the training itself.
void do_not_record(ConfigField& field) {
  field.recorded = false;
  field.on_resume = OnResume::free;
}

}  // namespace

void add_execution_fields(ConfigTable& table) {
  Rows rows(table, "Execution");
  rows.add("threads", &TrainConfig::threads,
           "threads that compute (default: OMP_NUM_THREADS, or one for each processor that the process may "
           "use)",
           [](ConfigField& field) {
             field.integers = {1, most_threads};
             field.on_resume = OnResume::free;
           });
  rows.add("workers", &TrainConfig::workers,
           "threads that load data; any number gives the same bits (default: depends on the data)",
           [](ConfigField& field) {
             field.integers = {0, most_threads};
             field.on_resume = OnResume::free;
           });
  rows.add("prefetch", &TrainConfig::prefetch,
           "batches that a loader thread prepares ahead (default: depends on the data)",
           [](ConfigField& field) {
             field.integers = {0, most_prefetched};
             field.unit = "batches";
           });
  rows.add("drop-last", &TrainConfig::drop_last, "drop the last batch if it is not full");
  rows.add("max-batches", &TrainConfig::max_batches, "limit each epoch to N batches; 0: all",
           [](ConfigField& field) { field.unit = "batches"; });
  rows.add_negation("no-validate", &TrainConfig::validate, "do not measure the validation set",
                    [](ConfigField&) {});
  rows.add("train-eval", &TrainConfig::train_eval,
           "measure the training set too after each epoch, as the validation set is (train loss and train "
           "acc are averaged while the weights change)",
           [](ConfigField& field) {
             contradicts(field, "--no-validate", [](const TrainConfig& config) { return config.validate; });
           });
}

void add_run_fields(ConfigTable& table) {
  Rows resuming(table, "Options from elsewhere");
  resuming.add("resume", &TrainConfig::resume,
               "resume a run (its ID, title, folder or latest), or one of its checkpoints",
               [](ConfigField& field) {
                 field.value_name = "RUN";
                 field.in_files = false;
                 do_not_record(field);
               });
  Rows rows(table, "Output");
  rows.add("out", &TrainConfig::out, "folder in which the run's folder is made", [](ConfigField& field) {
    names_path(field, "a folder name");
    do_not_record(field);
  });
  rows.add("name", &TrainConfig::name, "title of the run", [](ConfigField& field) {
    field.parse = parse_title;
    do_not_record(field);
    field.on_resume = OnResume::equal;
    needs_saving(field);
  });
  rows.add("study", &TrainConfig::study, "study to which the run belongs; lehr lab and --vary set it",
           needs_saving);
  rows.add("variant", &TrainConfig::variant, "variant of the study that the run trains",
           [](ConfigField& field) {
             needs(field, "--study", [](const TrainConfig& config) { return !config.study.empty(); });
           });
  rows.add("require-records", &TrainConfig::require_records,
           "stop, with a checkpoint, where the run store cannot be written (a full disk); without it the "
           "training goes on",
           [](ConfigField& field) {
             do_not_record(field);
             needs_saving(field);
           });
  rows.add_negation("no-save", &TrainConfig::save, "write no files", [](ConfigField& field) {
    do_not_record(field);
    field.on_resume = OnResume::equal;
  });
}

}  // namespace lehr::run
