// A program with an operation, a loss, a model, a data set and an optimizer of its own. It trains, and a
// second process resumes and evaluates:
//
//   extending train FOLDER       trains, and saves the model
//   extending interrupt FOLDER   the same, but stops in the middle of the second epoch
//   extending resume FOLDER      goes on from the newest checkpoint, to the same bits
//   extending evaluate FOLDER    loads the model
//
// Without arguments it does all of it.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "register.hpp"

namespace {

namespace fs = std::filesystem;

void train(const fs::path& folder, const std::string& how) {
  const lehr::DataSplits data = lehr::data::open_data("stripes:400");
  const lehr::Graph model =
      lehr::models::make_model("stripes-net", {.in = data.image_shape(), .classes = data.classes()});
  lehr::Learner learner(model, data,
                        {.batch_size = 32,
                         .optimizer = lehr::optimizer_by_name("lion"),
                         .loss = lehr::make_loss("focal"),
                         .seed = 1});
  learner.add(lehr::Checkpoint({.folder = folder / "checkpoints"}));
  if (how == "interrupt") {
    learner.on(lehr::Event::after_batch, [](lehr::Learner& l) {
      if (l.progress().epoch == 1 && l.progress().batch == 5) l.request_stop();
    });
  }
  const bool resumes = how == "resume";
  learner.fit_one_cycle(
      3, 3e-3, {.resume = resumes ? lehr::checkpoints_in(folder / "checkpoints").front() : fs::path()});
  std::printf("%s\n", learner.ending().text.c_str());
  if (!learner.stopped()) learner.save(folder / "model.safetensors");
}

void evaluate(const fs::path& folder) {
  const lehr::Model model = lehr::load_model(folder / "model.safetensors");
  const lehr::Evaluation result = lehr::evaluate(model, *lehr::data::open_data("stripes:400").valid);
  std::printf("%.1f %% of the validation images right\n", 100 * result.accuracy);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    register_everything();
    const fs::path folder = argc > 2 ? argv[2] : "extending";
    const std::string command = argc > 1 ? argv[1] : "";
    if (command.empty() || command == "train") train(folder, "train");
    if (command == "interrupt" || command == "resume") train(folder, command);
    if (command.empty() || command == "evaluate") evaluate(folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "extending: %s\n", error.what());
    return 1;
  }
}
