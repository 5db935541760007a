#pragma once

#include <set>
#include <string>

#include "store/file_descriptor.hpp"

namespace lehr::serve {

/// A socket that listens.
class Listener {
 public:
  /// Throws BadInput if `host` has no address here, or if the port is in use or not allowed. Port 0 takes any
  /// free one.
  Listener(const std::string& host, int port);

  int port() const { return port_; }
  int socket() const { return socket_.get(); }
  /// The names and addresses by which this socket can be reached, in lower case.
  std::set<std::string> names() const;

  /// Waits for a connection. Returns its descriptor, or -1 after wake().
  int accept() const;
  /// Ends all waiting, for good.
  void wake() const;

 private:
  std::string host_;
  store::FileDescriptor socket_;
  store::FileDescriptor wake_;
  int port_ = 0;
};

}  // namespace lehr::serve
