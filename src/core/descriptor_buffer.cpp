#include "lehr/core/descriptor_buffer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace lehr {

namespace {

/// Another process may have made a terminal or pipe non-blocking. Writes to it can then fail for a
/// while because it is full.
void wait_until_writable(int descriptor) {
  pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
  ::poll(&waited, 1, -1);
}

}  // namespace

DescriptorBuffer::DescriptorBuffer(int descriptor) : descriptor_(descriptor), buffer_(1 << 16) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

bool DescriptorBuffer::write_all(const char* text, std::size_t count) {
  while (failure_ == 0 && count > 0) {
    const ssize_t written = ::write(descriptor_, text, count);
    if (written < 0) {
      if (errno == EAGAIN) {
        wait_until_writable(descriptor_);
      } else if (errno != EINTR) {
        failure_ = errno;
      }
      continue;
    }
    text += written;
    count -= static_cast<std::size_t>(written);
  }
  return failure_ == 0;
}

int DescriptorBuffer::sync() {
  const bool good = write_all(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return good ? 0 : -1;
}

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  return sputc(traits_type::to_char_type(character));
}

std::streamsize DescriptorBuffer::xsputn(const char* text, std::streamsize count) {
  if (count < epptr() - pptr()) {
    traits_type::copy(pptr(), text, static_cast<std::size_t>(count));
    pbump(static_cast<int>(count));
    return count;
  }
  return sync() == 0 && write_all(text, static_cast<std::size_t>(count)) ? count : 0;
}

}  // namespace lehr
