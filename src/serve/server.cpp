#include "lehr/serve/server.hpp"

#include "serve/connections.hpp"
#include "serve/guard.hpp"
#include "serve/http.hpp"
#include "serve/listener.hpp"
#include "serve/live_runs.hpp"
#include "serve/site.hpp"

namespace lehr::serve {
namespace {

std::string token_for(const ServerOptions& options) {
  return options.token.empty() && !options.host.empty() ? new_token() : options.token;
}

}  // namespace

struct Server::State {
  explicit State(const ServerOptions& options)
      : host(options.host.empty() ? "127.0.0.1" : options.host),
        token(token_for(options)),
        runs(options.store, options.limits.streams),
        listener(host, options.port),
        guard(listener.names(), token, listener.port()),
        site(runs),
        http(guard, site, options.limits, listener.socket()),
        connections(options.limits.connections, [this](int descriptor) { http.serve(descriptor); }) {}

  std::string host;
  std::string token;
  LiveRuns runs;
  Listener listener;
  Guard guard;
  Site site;
  Http http;
  Connections connections;
};

Server::Server(ServerOptions options) : state_(std::make_unique<State>(options)) {}

Server::~Server() { stop(); }

int Server::port() const { return state_->listener.port(); }

std::string Server::url() const {
  std::string host = state_->host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const std::string address = "http://" + host + ":" + std::to_string(port()) + "/";
  return state_->token.empty() ? address : address + "?token=" + state_->token;
}

void Server::run() {
  for (int accepted = state_->listener.accept(); accepted >= 0; accepted = state_->listener.accept()) {
    state_->connections.take(accepted);
  }
}

void Server::stop() {
  state_->listener.wake();
  state_->runs.stop();
  state_->connections.stop();
}

}  // namespace lehr::serve
