#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "interrupt.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/file_names.hpp"
#include "lehr/core/text.hpp"
#include "lehr/inference/grad_cam.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/store/atomic_file.hpp"
#include "model_choice.hpp"
#include "new_files.hpp"
#include "output.hpp"
#include "picture_stream.hpp"
#include "predict_progress.hpp"
#include "prediction_table.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* predict_examples = R"(Examples:
  lehr predict runs/ID/model.safetensors picture.png other.png
  lehr predict runs/ID photos --csv predictions.csv
  lehr predict runs/ID photos --copy-to sorted --quiet
  lehr predict runs/ID photos.tar.gz --top 1
  lehr predict runs/ID photos/odd.png --explain why
  find . -name '*.png' -newer seen | lehr predict runs/ID - --json
  lehr predict runs/ID --data digits --sample 0,1,2 --draw

Pictures of another size are fitted to the model's as in its training. They should look like what the model
learnt: digits and MNIST are white on black. A folder is searched with all folders in it for files that end in .png,
.jpg and so on, an archive (.tar, .tar.gz, .tar.zst, .zip) too; - is a list of paths on stdin, one on each line. A
picture that cannot be read is named on stderr and skipped; the exit status is then 2. --copy-to makes a folder for
each class. --explain shows each picture beside the same with the places that speak for its class in colour, from
violet to yellow (Grad-CAM).)";

struct PredictOptions {
  ModelChoice model;
  PictureChoice pictures;
  std::int64_t top = 3;
  std::int64_t views = 1;
  bool draw = false;
  bool json = false;
  bool quiet = false;
  bool strict = false;
  std::string csv;
  std::filesystem::path copy_to;
  std::filesystem::path explain;

  bool table_on_stdout() const { return csv == "-"; }
  /// Whether each picture has a line for people.
  bool lines() const { return !json && !quiet && csv.empty(); }
  bool writes_to_stdout() const { return json || table_on_stdout() || lines(); }
};

void check(const PredictOptions& options) {
  check(options.pictures, "predict");
  if (options.table_on_stdout() && options.json)
    throw BadInput("--csv - and --json both write to stdout; use one");
  if (!options.copy_to.empty() && options.pictures.images.empty()) {
    throw BadInput("--copy-to copies picture files; samples of --data have none");
  }
  check_distinct(std::array<OutputFile, 2>{{{"--copy-to", options.copy_to}, {"--explain", options.explain}}},
                 "folder");
  if (options.csv.empty() || options.table_on_stdout()) return;
  check_replaceable({"--csv", options.csv}, "table of predictions", is_prediction_table);
}

/// Predicts the pictures of the options, and writes what is asked for.
class PredictRun {
 public:
  explicit PredictRun(const PredictOptions& options)
      : options_(options),
        model_(load_model(options.model)),
        stream_(options.pictures, model_, warnings(false, options.json)),
        progress_(!options.quiet && is_terminal(2) && !(is_terminal(1) && options.writes_to_stdout()),
                  options.json) {
    if (!options.copy_to.empty()) copies_.emplace("--copy-to", options.copy_to);
    if (!options.explain.empty()) {
      explanations_.emplace("--explain", options.explain);
      grad_cam_.emplace(model_);
    }
    watch_.allow_polling();
  }

  /// Writes the table to `csv`, unless it is null. Returns the exit status.
  int run(std::ostream* csv) {
    const auto classes = std::ssize(model_.class_names);
    const auto top = static_cast<std::size_t>(std::min(options_.top, classes));
    if (csv != nullptr) {
      table_.emplace(*csv, PredictionColumns{.top = top,
                                             .truth = !options_.pictures.samples.empty(),
                                             .copy = copies_.has_value(),
                                             .explanation = explanations_.has_value()});
    }
    const auto batch_size = static_cast<std::size_t>(options_.pictures.data.config.batch_size);
    const Predictor predictor(model_, options_.pictures.data.config.batch_size);
    while (!watch_.received()) {
      const std::vector<Picture> pictures = stream_.next(batch_size);
      if (pictures.empty()) return ended();
      std::vector<Prediction> predictions =
          predict(predictor, model_.class_names, pictures, top, options_.views);
      for (std::size_t i = 0; i < pictures.size(); ++i) take(pictures[i], predictions[i]);
      progress_.show();
    }
    return interrupted();
  }

 private:
  void take(const Picture& picture, Prediction& prediction) {
    if (!picture.problem.empty()) {
      if (options_.strict) throw BadInput(picture.problem);
      progress_.skip(picture.file.files, picture.problem);
      return;
    }
    progress_.count();
    if (copies_) {
      prediction.copy = copies_->add(file_name_part(prediction.guesses.front().name), picture.file);
    }
    if (explanations_) prediction.explanation = explain(picture, prediction.guesses.front());
    if (table_) table_->add(picture, prediction);
    if (options_.json) print_json(as_json(picture, prediction));
    if (!options_.lines()) return;
    std::cout << (options_.draw ? as_drawing(picture, prediction, model_.image_shape(), takes_colour(1))
                                : as_text(picture, prediction))
              << '\n';
  }

  /// Saves which parts of the picture speak for its class, as NAME-CLASS-PERCENT.png.
  std::filesystem::path explain(const Picture& picture, const ClassProbability& guess) {
    const std::string stem = std::filesystem::path(picture.name).stem().string();
    const std::filesystem::path path = explanations_->free_path(
        "", fmt::format("{}-{}-{:.0f}.png", stem, file_name_part(guess.name), 100 * guess.probability));
    save_explanation(path, picture.image, grad_cam_->heat(picture.image));
    return path;
  }

  int ended() {
    progress_.end();
    return progress_.skipped() > 0 ? static_cast<int>(ErrorKind::bad_input) : 0;
  }

  int interrupted() {
    progress_.end();
    std::fprintf(stderr, "lehr: interrupted after %s\n", grouped(progress_.predicted(), "picture").c_str());
    return interrupted_status;
  }

  const PredictOptions& options_;
  Model model_;
  PictureStream stream_;
  std::optional<NewFiles> copies_;
  std::optional<NewFiles> explanations_;
  std::optional<GradCam> grad_cam_;
  std::optional<PredictionTable> table_;
  PredictProgress progress_;
  SignalWatch watch_;  // a signal takes effect between two batches, so every file is complete
};

int run_predict(PredictOptions& options) {
  check(options);
  complete_from_run(options.pictures, options.model);
  PredictRun run(options);
  if (options.csv.empty()) return run.run(nullptr);
  if (options.table_on_stdout()) return run.run(&std::cout);
  std::optional<int> status;
  store::write_file_atomically(options.csv, [&](std::ostream& out) {
    if (status) throw BadInput("the folder of --csv " + in_quotes(options.csv) + " was removed meanwhile");
    status = 1;
    status = run.run(&out);
  });
  return *status;
}

}  // namespace

void register_predict(Commands& registry) {
  const auto options = std::make_shared<PredictOptions>();
  Command command = registry.add("predict", "Predict the classes of pictures with a saved model.",
                                 predict_examples, [options] { return run_predict(*options); });
  add_picture_choice(command, options->model, options->pictures,
                     "picture files, folders, archives, or - for a list");
  TrainConfig& config = options->pictures.data.config;
  add_field(command, shared_fields(), "batch-size", config);
  add_integer(command, "--top", options->top, {1, 1'000'000}, "number of classes to print");
  add_views(command, options->views);
  command.option("--csv", options->csv, "write a table instead of lines; - is stdout").type_name("FILE");
  add_folder(command, "--copy-to", options->copy_to, "a new folder for copies, in a folder for each class");
  add_folder(command, "--explain", options->explain,
             "a new folder for pictures of what speaks for the class");
  command.flag("--strict", options->strict, "end at the first picture that cannot be read");
  command.flag("--draw", options->draw, "draw each picture in the terminal");
  command.flag("--json", options->json, "print JSON on stdout, one object for each picture");
  command.flag("--quiet", options->quiet, "print no line for a picture, and no progress");
}

}  // namespace lehr::cli
