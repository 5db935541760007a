// The examples of docs/in-your-application.md. They run in sequence, in a temporary folder.
#include <lehr/lehr.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using lehr::Learner;

lehr::DataSplits some_digits() { return lehr::data::digits({.train = 2000, .valid = 400}); }

lehr::Graph a_model(const lehr::DataSplits& data) {
  return lehr::models::simple_cnn({.in = data.image_shape(), .classes = data.classes(), .batch_norm = true});
}

/// Acts as the cancel button of a user interface.
bool user_cancels() { return false; }

void train_in_the_background(const fs::path& model_file) {
  // [background]
  const lehr::DataSplits data = some_digits();
  Learner learner(a_model(data), data);
  std::atomic<int> percent = 0;
  learner.on(lehr::Event::after_batch, [&percent](Learner& l) {
    const lehr::Progress& at = l.progress();
    if (at.training) {
      percent = static_cast<int>(100 * (at.epoch * at.batches + at.batch + 1) / (at.epochs * at.batches));
    }
  });

  std::stop_source cancel;
  auto training =
      std::async(std::launch::async, [&] { learner.fit_one_cycle(3, 0.01, {.stop = cancel.get_token()}); });
  while (training.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
    std::printf("%d %%\n", percent.load());
    if (user_cancels()) cancel.request_stop();
  }
  training.get();  // rethrows what the training threw
  std::printf("%s\n", learner.ending().text.c_str());
  learner.save(model_file);
  // [background]
}

void classify_a_file(const fs::path& model_file, const fs::path& picture_file) {
  // [file]
  const lehr::Model model = lehr::load_model(model_file);  // "runs/ID/model.safetensors"
  const lehr::Predictor predictor(model);
  const lehr::Image picture = lehr::image::read(picture_file);
  for (const lehr::ClassProbability& guess : predictor.classify(picture, 3)) {
    std::printf("%s %.1f %%\n", guess.name.c_str(), 100 * guess.probability);
  }
  // [file]
}

void resize_a_picture(const fs::path& picture_file) {
  // [picture]
  const lehr::Image photo = lehr::image::read(picture_file, {.most_pixels = 10'000'000});
  const lehr::Image small = lehr::image::resize(photo, 224, 224, lehr::Filter::bicubic);
  // [picture]
  // [part]
  lehr::Image part;
  const lehr::image::Part middle{.left = 4, .top = 4, .width = 20, .height = 20};
  lehr::image::resize_part(photo, middle, {.width = 224, .height = 224}, lehr::Filter::bilinear, part);
  // [part]
  std::printf("%s and %s\n", small.shape().str().c_str(), part.shape().str().c_str());
}

void classify_a_buffer(const fs::path& model_file, const fs::path& picture_file) {
  const lehr::Predictor predictor(lehr::load_model(model_file));
  std::ifstream file(picture_file, std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(file)), {});
  const std::vector<std::uint8_t> received(text.begin(), text.end());
  // [encoded]
  const lehr::Image decoded = lehr::image::decode(received, "the upload");
  const std::string best = predictor.classify(decoded, 1).front().name;
  // [encoded]
  // [unread]
  const auto unread = lehr::image::open({.bytes = received}, "the upload");
  const lehr::image::Size whole = unread->size();
  lehr::Image left_half;
  unread->read({.width = (whole.width + 1) / 2, .height = whole.height}, left_half);
  // [unread]
  const std::vector<std::uint8_t> frame(std::size_t{640} * 480 * 3);
  // [pixels]
  const lehr::Image camera{.width = 640, .height = 480, .channels = 3, .pixels = frame};  // RGBRGB...
  const std::string seen = predictor.classify(camera, 1).front().name;
  // [pixels]
  std::printf("%s, %s, %s\n", best.c_str(), seen.c_str(), left_half.shape().str().c_str());
}

void resume(const fs::path& folder) {
  const lehr::DataSplits data = some_digits();
  // [resume]
  Learner learner(a_model(data), data);
  learner.add(lehr::Checkpoint({.folder = folder, .every_minutes = 5}));
  const std::vector<fs::path> saved = lehr::checkpoints_in(folder);  // newest first
  learner.fit_one_cycle(3, 0.01, {.resume = saved.empty() ? fs::path() : saved.front()});
  // [resume]
  std::printf("%zu epochs\n", learner.history().size());
}

void losses() {
  const lehr::DataSplits data = some_digits();
  Learner learner(a_model(data), data);
  // [losses]
  learner.add(lehr::Recorder());
  learner.fit(1, 0.003);
  for (const lehr::BatchRecord& batch : learner.callback<lehr::Recorder>().batches()) {
    std::printf("%d %lld %.4f\n", batch.epoch, static_cast<long long>(batch.batch), batch.loss);
  }
  // [losses]
}

void freeze_layers() {
  const lehr::DataSplits data = some_digits();
  Learner learner(a_model(data), data);
  // [freeze]
  learner.set_groups(lehr::freeze_named(learner.groups(), {"0.*", "3.weight"}));
  learner.fit(1, 0.003);
  // [freeze]
}

void one_thread() {
  const lehr::DataSplits data = some_digits();
  // [thread]
  lehr::set_threads(1);                                  // for everything in the process, or
  Learner learner(a_model(data), data, {.threads = 1});  // for this Learner
  // [thread]
  learner.fit(1, 0.003);
  lehr::set_threads(2);
}

void own_exceptions() {
  const lehr::DataSplits data = some_digits();
  Learner learner(a_model(data), data);
  learner.on(lehr::Event::before_batch, [](Learner&) { throw std::out_of_range("no more frames"); });
  // [nested]
  try {
    learner.fit(1, 0.003);
  } catch (const lehr::Error& error) {
    std::printf("%s\n", error.what());  // names the callback and the event
    try {
      std::rethrow_if_nested(error);
    } catch (const std::out_of_range& original) {
      std::printf("%s\n", original.what());
    }
  }
  // [nested]
}

void memory_needed() {
  const lehr::DataSplits data = some_digits();
  // [memory]
  const lehr::TrainingMemory memory = lehr::training_memory(a_model(data), 512);
  std::printf("%.1f MiB\n", static_cast<double>(memory.total()) / (1 << 20));
  // [memory]
}

}  // namespace

int main() {
  const fs::path folder = fs::temp_directory_path() / "lehr-in-your-application";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path model = folder / "digits.safetensors";
  train_in_the_background(model);
  lehr::data::export_data(lehr::data::digits({.train = 10, .valid = 1}), folder / "pictures");
  const fs::path picture = folder / "pictures/train/3/000001.png";
  classify_a_file(model, picture);
  resize_a_picture(picture);
  classify_a_buffer(model, picture);
  resume(folder / "checkpoints");
  losses();
  freeze_layers();
  one_thread();
  own_exceptions();
  memory_needed();
  fs::remove_all(folder);
}
