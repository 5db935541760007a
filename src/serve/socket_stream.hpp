#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

#include "lehr/serve/server.hpp"

namespace lehr::serve {

/// One connection, with bounds on time and bytes.
class SocketStream final : public httplib::Stream {
 public:
  SocketStream(int descriptor, const ServerLimits& limits);

  /// Reads the request's line and headers. Returns false if they are too long or not there in time. The time
  /// counts for all of them, so a client that sends a byte now and then does not hold the connection.
  bool read_head();

  bool is_readable() const override { return true; }
  /// Whether the client is still there.
  bool is_writable() const override;
  /// Of the head.
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  int socket() const override { return descriptor_; }

  /// Ends the answer, and takes some of what a client still sends: if bytes were left unread, the system
  /// would drop the answer.
  void linger();

 private:
  using Clock = std::chrono::steady_clock;

  int descriptor_;
  ServerLimits limits_;
  Clock::time_point asked_until_;
  std::string head_{};
  std::size_t taken_ = 0;  ///< of the head, by read()
};

}  // namespace lehr::serve
