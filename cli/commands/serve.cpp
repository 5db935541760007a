#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "lehr/core/error.hpp"
#include "lehr/serve/server.hpp"
#include "output.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace {

constexpr const char* serve_examples = R"(Examples:
  lehr serve                               prints http://127.0.0.1:8080/; open it in a browser
  lehr serve --port 0                      on any free port
  ssh -L 8080:127.0.0.1:8080 MACHINE       in another terminal: to watch from elsewhere, best without --host
  lehr serve --host 0.0.0.0                for the network; the printed address holds a token

Shows all runs of a folder while they train: a list, the report of a run, several runs compared, and what lehr
diagnose finds. It starts nothing and changes nothing. Ctrl-C ends it.)";

struct ServeOptions {
  std::filesystem::path runs = "runs";
  serve::ServerOptions server;
  bool json = false;
};

/// A token is part of an address, so it has only characters that need no escape there.
std::string checked_token(const std::string& option, const std::string& text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (text.size() < 8 || text.find_first_not_of(allowed) != std::string::npos) {
    throw BadInput(option + ": expected at least 8 letters, digits, - or _");
  }
  return text;
}

int serve_runs(ServeOptions options) {
  SignalWatch watch;
  options.server.store = store_in(options.runs);
  serve::Server server(options.server);
  if (options.json) {
    print_json({{"event", "serving"}, {"url", server.url()}, {"port", server.port()}});
  } else {
    std::cout << server.url() << std::endl;
  }
  watch.allow_polling();
  const std::jthread stops([&](const std::stop_token& end) {
    while (!end.stop_requested() && !watch.received())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    server.stop();
  });
  server.run();
  return interrupted_status;
}

}  // namespace

void register_serve(Commands& registry) {
  const auto options = std::make_shared<ServeOptions>();
  Command command = registry.add("serve", "Show runs in a browser while they train.", serve_examples,
                                 [options] { return serve_runs(*options); });
  add_runs_folder(command, options->runs);
  add_integer(command, "--port", options->server.port, {0, 65535}, "the port; 0 takes any free one");
  add_parsed(command, "--host", options->server.host,
             "the address or name to listen on, for other machines too; who watches then needs a token",
             [](const std::string& option, const std::string& text) {
               return parse_name(option, text, "an address or a host name");
             })
      .type_name("ADDRESS");
  add_parsed(command, "--token", options->server.token,
             "a token of your own; without it, --host makes a new one each time", checked_token)
      .type_name("TEXT");
  command.flag("--json", options->json, "print JSON on stdout, one object on each line");
}

}  // namespace lehr::cli
