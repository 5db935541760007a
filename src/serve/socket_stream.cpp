#include "serve/socket_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace lehr::serve {
namespace {

using Clock = std::chrono::steady_clock;

/// Whether the descriptor is ready before that time.
bool waits(int descriptor, short events, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{descriptor, events, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool is_range(std::string_view line) {
  constexpr std::string_view name = "range";
  return line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
         });
}

/// The head without the header Range. Parts of pages are not served: httplib would answer a request for
/// hundreds of ranges with as many copies.
std::string without_range(std::string_view head) {
  std::string kept;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size() - 1) + 1;
    if (!is_range(head.substr(0, end))) kept += head.substr(0, end);
    head.remove_prefix(end);
  }
  return kept;
}

}  // namespace

SocketStream::SocketStream(int descriptor, const ServerLimits& limits)
    : descriptor_(descriptor), limits_(limits), asked_until_(Clock::now() + limits.to_ask) {}

bool SocketStream::is_writable() const {
  pollfd now{descriptor_, POLLOUT | POLLRDHUP, 0};
  return poll(&now, 1, 0) >= 0 && (now.revents & (POLLERR | POLLHUP | POLLRDHUP)) == 0;
}

bool SocketStream::read_head() {
  constexpr std::string_view end = "\r\n\r\n";
  std::array<char, 4096> part{};
  std::size_t at = std::string::npos;
  while (at == std::string::npos) {
    if (head_.size() >= limits_.head_bytes || !waits(descriptor_, POLLIN, asked_until_)) return false;
    const ssize_t some = recv(descriptor_, part.data(), part.size(), MSG_DONTWAIT);
    if (some <= 0) return false;
    const std::size_t searched = head_.size() - std::min(head_.size(), end.size() - 1);
    head_.append(part.data(), static_cast<std::size_t>(some));
    at = head_.find(end, searched);
  }
  head_ = without_range(std::string_view(head_).substr(0, at + end.size()));
  return true;
}

ssize_t SocketStream::read(char* to, size_t size) {
  const std::size_t some = std::min(size, head_.size() - taken_);
  if (some == 0) return -1;
  std::memcpy(to, head_.data() + taken_, some);
  taken_ += some;
  return static_cast<ssize_t>(some);
}

ssize_t SocketStream::write(const char* from, size_t size) {
  std::size_t written = 0;
  const Clock::time_point until = Clock::now() + limits_.to_take;
  while (written < size) {
    const ssize_t some = send(descriptor_, from + written, size - written, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (some > 0) {
      written += static_cast<std::size_t>(some);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
      if (!waits(descriptor_, POLLOUT, until)) return -1;
    } else {
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

void SocketStream::linger() {
  constexpr std::size_t most = std::size_t{1} << 18;
  const Clock::time_point until = Clock::now() + std::min(limits_.to_ask, std::chrono::milliseconds(1000));
  std::array<char, 4096> part{};
  shutdown(descriptor_, SHUT_WR);
  for (std::size_t taken = 0; taken < most && waits(descriptor_, POLLIN, until);) {
    const ssize_t some = recv(descriptor_, part.data(), part.size(), MSG_DONTWAIT);
    if (some <= 0) return;
    taken += static_cast<std::size_t>(some);
  }
}

}  // namespace lehr::serve
