#include "serve/connections.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <system_error>
#include <thread>

namespace lehr::serve {
namespace {

/// Answers without waiting, because this runs on the thread that accepts all connections.
void refuse(int descriptor) {
  constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 2\r\nContent-Type: "
      "text/plain\r\n"
      "Content-Length: 45\r\n\r\nToo many connections. Try again in a moment.\n\n";
  std::array<char, 4096> asked{};  // unread bytes would make the system drop the answer
  [[maybe_unused]] const auto read = recv(descriptor, asked.data(), asked.size(), MSG_DONTWAIT);
  [[maybe_unused]] const auto sent =
      send(descriptor, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(descriptor, SHUT_WR);
  close(descriptor);
}

}  // namespace

Connections::Connections(std::size_t most, std::function<void(int)> serve)
    : most_(most), serve_(std::move(serve)) {}

Connections::~Connections() { stop(); }

void Connections::take(int descriptor) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || open_.size() >= most_) {
      refuse(descriptor);
      return;
    }
    open_.insert(descriptor);
  }
  try {
    std::thread([this, descriptor] {
      serve_(descriptor);
      finish(descriptor);
    }).detach();
  } catch (const std::system_error&) {  // no more threads
    finish(descriptor);
  }
}

// Under the lock, so that stop() never shuts down a descriptor that the system has given out again. The
// thread touches nothing of this object after it.
void Connections::finish(int descriptor) {
  const std::lock_guard lock(mutex_);
  close(descriptor);
  open_.erase(descriptor);
  finished_.notify_all();
}

void Connections::stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  for (const int descriptor : open_) shutdown(descriptor, SHUT_RDWR);
  finished_.wait(lock, [&] { return open_.empty(); });
}

}  // namespace lehr::serve
