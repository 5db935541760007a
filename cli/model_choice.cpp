#include "model_choice.hpp"

#include "arguments.hpp"
#include "run_names.hpp"

namespace lehr::cli {

void add_model_choice(const Command& command, ModelChoice& choice) {
  command.option("MODEL", choice.name, "a saved model, or a run: its folder, ID, title or latest").required();
  add_runs_folder(command, choice.runs);
}

std::filesystem::path model_file(const ModelChoice& choice) {
  return file_of_run(choice.name, choice.runs, RunPart::model);
}

Model load_model(const ModelChoice& choice) { return lehr::load_model(model_file(choice)); }

}  // namespace lehr::cli
