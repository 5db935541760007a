#pragma once

#include <memory>

#include "lehr/serve/server.hpp"
#include "serve/guard.hpp"
#include "serve/site.hpp"

namespace lehr::serve {

/// Reads a request from a connection, asks the guard and the site, and writes the answer.
class Http {
 public:
  Http(const Guard& guard, Site& site, const ServerLimits& limits, int listening);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// One request; the caller closes the connection.
  void serve(int descriptor);

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
  ServerLimits limits_;
};

}  // namespace lehr::serve
