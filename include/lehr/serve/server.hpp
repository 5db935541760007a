#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

/// Shows the runs of a store in a browser while they train.
namespace lehr::serve {

/// What one client, and all of them together, may take.
struct ServerLimits {
  std::size_t connections = 128;             ///< at the same time; those beyond get status 503
  std::size_t streams = 64;                  ///< of these, streams of events
  std::size_t head_bytes = 16384;            ///< of a request: its line and its headers
  std::chrono::milliseconds to_ask{5000};    ///< from the connection to the end of the request's headers
  std::chrono::milliseconds to_take{10000};  ///< in which a client must take a part of the answer
};

struct ServerOptions {
  std::filesystem::path store{};
  /// The address or host name on which to listen. Empty: 127.0.0.1, and nobody needs a token.
  std::string host{};
  int port = 8080;  ///< 0: any free one
  /// Who watches must know it. Empty: a new one if `host` is given.
  std::string token{};
  ServerLimits limits{};
};

/// An HTTP server that answers GET and HEAD alone: a list of runs, and for each run, or several, a page with
/// its report, which follow the records as they are written. It starts nothing and changes nothing. Reports
/// are made on a thread of low priority.
class Server {
 public:
  /// Listens from here on. Throws BadInput if the store is missing or damaged, or if it cannot listen on this
  /// address and port.
  explicit Server(ServerOptions options);
  /// Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  /// "http://127.0.0.1:8080/", with the token if there is one.
  std::string url() const;
  /// Accepts connections until stop() is called. Call it once.
  void run();
  /// Ends run() and all connections. Any thread may call it.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::serve
