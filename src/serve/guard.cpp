#include "serve/guard.hpp"

#include <algorithm>
#include <random>

namespace lehr::serve {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string new_token() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string token;
  for (int word = 0; word < 4; ++word) {
    const unsigned bits = random();
    for (unsigned shift = 0; shift < 32; shift += 4) token += digits[(bits >> shift) & 15U];
  }
  return token;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;  // the length is no secret
  unsigned differ = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differ |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return differ == 0;
}

std::string host_name(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else if (std::ranges::count(host, ':') == 1) {
    host = host.substr(0, host.find(':'));
  }
  std::string name(host);
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

Guard::Guard(std::set<std::string> hosts, std::string token, int port)
    : hosts_(std::move(hosts)), token_(std::move(token)), cookie_name_("lehr_" + std::to_string(port)) {}

// A page of another site whose name was pointed at this address ("DNS rebinding") asks with that name.
bool Guard::knows_host(std::string_view host) const { return hosts_.contains(host_name(host)); }

bool Guard::has_cookie(std::string_view cookies) const {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view one = trimmed(cookies.substr(0, end));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || one.substr(0, equals) != cookie_name_) continue;
    if (equal_in_constant_time(one.substr(equals + 1), token_)) return true;
  }
  return false;
}

bool Guard::brings_token(const Asked& asked) const {
  if (token_.empty() || asked.path != "/") return false;
  const auto found = asked.query.find("token");
  return found != asked.query.end() && equal_in_constant_time(found->second, token_);
}

std::string Guard::cookie() const {
  return cookie_name_ + "=" + token_ + "; Path=/; HttpOnly; SameSite=Strict";
}

Refusal Guard::check(const Asked& asked) const {
  if (asked.method != "GET" && asked.method != "HEAD") return {405, "lehr serve answers GET and HEAD alone."};
  if (asked.has_body) return {413, "lehr serve takes no body."};
  if (!knows_host(asked.host)) return {403, "This host name is not one of this server."};
  if (!asked.origin.empty() && asked.origin != "http://" + asked.host) {
    return {403, "A page of another site cannot read this server."};
  }
  const bool goes_there = asked.fetch_mode == "navigate";  // a link was followed
  if ((asked.fetch_site == "cross-site" || asked.fetch_site == "same-site") && !goes_there) {
    return {403, "A page of another site cannot read this server."};
  }
  if (token_.empty() || has_cookie(asked.cookie) || brings_token(asked)) return {};
  return {401, "Open the address that lehr serve printed when it was started: it holds a token."};
}

}  // namespace lehr::serve
