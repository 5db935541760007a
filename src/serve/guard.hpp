#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace lehr::serve {

/// A request as far as it was read: all but a body.
struct Asked {
  std::string method{};
  std::string path{};  ///< decoded, without the query
  std::multimap<std::string, std::string> query{};
  std::string host{};
  std::string origin{};      ///< empty: none
  std::string fetch_site{};  ///< Sec-Fetch-Site: what the browser says about who asks
  std::string fetch_mode{};  ///< Sec-Fetch-Mode
  std::string cookie{};
  bool has_body = false;
};

/// Why a request is not answered.
struct Refusal {
  int status = 0;      ///< 0: it is answered
  std::string says{};  ///< a sentence for people
};

/// Checks who asks, and for what, before anything else is done.
class Guard {
 public:
  /// `hosts`: names and addresses under which the server is known, in lower case. An empty token lets
  /// everybody in. Cookies are shared by all ports of a host, so the cookie's name holds the port.
  Guard(std::set<std::string> hosts, std::string token, int port);

  Refusal check(const Asked& asked) const;
  /// Whether the request brings the token in its address. It is then kept in a cookie.
  bool brings_token(const Asked& asked) const;
  /// The value of Set-Cookie that keeps the token. Scripts cannot read it, and other sites cannot send it.
  std::string cookie() const;

 private:
  bool knows_host(std::string_view host) const;
  bool has_cookie(std::string_view cookies) const;

  std::set<std::string> hosts_;
  std::string token_;
  std::string cookie_name_;
};

/// A new token: 128 random bits as hexadecimal digits.
std::string new_token();
/// Compares in a time that does not depend on where the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);
/// The name in a Host header or an address, in lower case and without port and brackets.
std::string host_name(std::string_view host);

}  // namespace lehr::serve
