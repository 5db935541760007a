#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "lehr/serve/server.hpp"
#include "lehr/store/run_writer.hpp"
#include "store/run_support.hpp"

namespace lehr::serve_test {

/// A connection to a port of this machine. It waits for everything: a test whose server does not answer does
/// not end.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<in_port_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  /// Whether all of it could be sent.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t some = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (some <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(some));
    }
    return true;
  }
  /// What comes until the text holds this, or until the connection ends.
  std::string read_until(std::string_view text = {}) {
    std::array<char, 4096> part{};
    while (text.empty() || read_.find(text) == std::string::npos) {
      const ssize_t some = ::recv(socket_, part.data(), part.size(), 0);
      if (some <= 0) break;
      read_.append(part.data(), static_cast<std::size_t>(some));
    }
    return read_;
  }

 private:
  int socket_;
  bool connected_ = false;
  std::string read_{};
};

inline std::string head_of(std::string_view path, std::string_view more = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(more) + "\r\n";
}

/// A server on a free port, of a store with one run.
class Serving {
 public:
  explicit Serving(serve::ServerOptions options = {})
      : writer_(folder_ / "lehr.db", store_test::run_info("run-1")),
        server_(with_store(std::move(options))),
        thread_([this] { server_.run(); }) {}
  ~Serving() {
    server_.stop();
    thread_.join();
  }

  int port() const { return server_.port(); }
  serve::Server& server() { return server_; }
  store::RunWriter& writer() { return writer_; }
  std::string ask(std::string_view request) const {
    Client client(port());
    client.send(request);
    return client.read_until();
  }
  std::string get(std::string_view path, std::string_view more = {}) const {
    return ask(head_of(path, more));
  }
  /// Asks until the report is ready.
  std::string report(std::string_view path) const {
    std::string answer = get(path);
    while (answer.starts_with("HTTP/1.1 503")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      answer = get(path);
    }
    return answer;
  }

 private:
  serve::ServerOptions with_store(serve::ServerOptions options) {
    writer_.flush();
    options.store = folder_ / "lehr.db";
    options.port = 0;
    return options;
  }

  store_test::TemporaryFolder folder_{};
  store::RunWriter writer_;
  serve::Server server_;
  std::thread thread_;
};

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace lehr::serve_test
