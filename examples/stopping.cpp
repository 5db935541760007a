// The examples of docs/callbacks.md for stopping a training from another thread and for exceptions
// in callbacks.
#include <lehr/lehr.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <thread>

namespace {

struct CameraLost : std::runtime_error {
  explicit CameraLost(int number) : std::runtime_error("the camera is gone"), camera(number) {}
  int camera;
};

void reconnect(int camera) { std::printf("camera %d: reconnecting\n", camera); }

void train_in_background(lehr::Learner& learner) {
  std::jthread training([&](std::stop_token stop) { learner.fit(20, 0.003, {.stop = stop}); });
  training.request_stop();  // "cancel"
  training.join();
  std::printf("ended: %s\n", learner.ending().text.c_str());
}

void find_own_exception(lehr::Learner& learner) {
  learner.on(lehr::Event::before_batch, [](lehr::Learner&) { throw CameraLost(2); });
  try {
    learner.fit(3, 0.003);
  } catch (const lehr::Error& error) {
    try {
      std::rethrow_if_nested(error);
    } catch (const CameraLost& lost) {
      reconnect(lost.camera);
    }
  }
}

}  // namespace

int main() {
  auto data = lehr::data::digits({.train = 2000, .valid = 400});
  auto model = lehr::models::simple_cnn({.in = data.image_shape(), .classes = 10});
  lehr::Learner learner(model, data);
  train_in_background(learner);
  find_own_exception(learner);
}
