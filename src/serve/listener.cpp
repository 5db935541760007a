#include "serve/listener.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "serve/guard.hpp"

namespace lehr::serve {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* all) const { freeaddrinfo(all); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses addresses_of(const std::string& host, int port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error != 0) {
    throw BadInput("--host " + in_quotes(host) +
                   ": expected an address or a name of this machine, found one that " +
                   "cannot be resolved: " + gai_strerror(error));
  }
  return Addresses(found);
}

[[noreturn]] void refuse(const std::string& host, int port, int error) {
  const std::string place = "port " + std::to_string(port) + " of " + printable(host);
  if (error == EADDRINUSE)
    throw BadInput(place + " is in use; choose another with --port, or 0 for any free one");
  if (error == EACCES)
    throw BadInput(place + " is not allowed to this user; choose one from 1024 on with --port");
  if (error == EADDRNOTAVAIL)
    throw BadInput("--host " + in_quotes(host) + ": this machine has no such address");
  throw BadInput(place + ": cannot listen: " + std::generic_category().message(error));
}

int listening_socket(const std::string& host, int port) {
  constexpr int backlog = 128;
  const Addresses addresses = addresses_of(host, port);
  store::FileDescriptor made(socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (made.get() < 0 || setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(made.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 || listen(made.get(), backlog) != 0) {
    refuse(host, port, errno);
  }
  return made.release();
}

/// The address as text; "" if it is of another kind.
std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address->sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address->sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (bytes == nullptr) return {};
  const char* const done = inet_ntop(address->sa_family, bytes, text.data(), text.size());
  return done == nullptr ? "" : done;
}

struct Bound {
  std::string address;
  int port = 0;
};

Bound bound_to(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (getsockname(descriptor, address, &size) != 0) return {};
  const in_port_t port = storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port
                                                       : reinterpret_cast<sockaddr_in*>(&storage)->sin_port;
  return {text_of(address), ntohs(port)};
}

void add_all_of_machine(std::set<std::string>& names) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) == 0) {
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
      if (one->ifa_addr != nullptr) names.insert(text_of(one->ifa_addr));
    }
    freeifaddrs(all);
  }
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) names.insert(host_name(name.data()));
}

}  // namespace

Listener::Listener(const std::string& host, int port)
    : host_(host), socket_(listening_socket(host, port)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  port_ = bound_to(socket_.get()).port;
}

std::set<std::string> Listener::names() const {
  const std::string address = bound_to(socket_.get()).address;
  std::set<std::string> names{address};
  std::string given = host_;
  if (given.find(':') != std::string::npos) given = "[" + given + "]";
  names.insert(host_name(given));
  const bool any = address == "0.0.0.0" || address == "::";
  if (any) add_all_of_machine(names);
  if (any || address.starts_with("127.") || address == "::1") names.insert({"localhost", "127.0.0.1", "::1"});
  names.erase("");
  return names;
}

int Listener::accept() const {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[1].revents != 0) return -1;
    const int accepted = accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted >= 0) return accepted;
    // Without descriptors or memory the connection stays in the queue, and poll would return at once.
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

void Listener::wake() const { eventfd_write(wake_.get(), 1); }

}  // namespace lehr::serve
