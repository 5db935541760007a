#include "serve/guard.hpp"

#include <gtest/gtest.h>

namespace lehr::serve {
namespace {

const std::string secret = "0123456789abcdef";

Guard open_guard() { return {{"127.0.0.1", "localhost", "::1"}, "", 8080}; }
Guard closed_guard() { return {{"192.168.0.7"}, secret, 8080}; }

Asked asked(std::string path = "/") {
  return {.method = "GET", .path = std::move(path), .host = "127.0.0.1:8080"};
}

Asked asked_with_cookie(std::string cookie) {
  return {.method = "GET", .path = "/runs", .host = "192.168.0.7:8080", .cookie = std::move(cookie)};
}

TEST(Guard, LetsReadingInAndNothingElse) {
  const Guard guard = open_guard();
  Asked request = asked();
  EXPECT_EQ(guard.check(request).status, 0);
  request.method = "HEAD";
  EXPECT_EQ(guard.check(request).status, 0);
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"}) {
    request.method = method;
    EXPECT_EQ(guard.check(request).status, 405) << method;
  }
}

TEST(Guard, RefusesBodies) {
  Asked request = asked();
  request.has_body = true;
  EXPECT_EQ(open_guard().check(request).status, 413);
}

TEST(Guard, KnowsItsOwnNamesWithAnyPort) {
  const Guard guard = open_guard();
  Asked request = asked();
  for (const char* host : {"127.0.0.1", "LocalHost:9000", "[::1]:8080", "[::1]"}) {
    request.host = host;
    EXPECT_EQ(guard.check(request).status, 0) << host;
  }
  for (const char* host :
       {"", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::2]:8080", "[", ":8080"}) {
    request.host = host;
    EXPECT_EQ(guard.check(request).status, 403) << host;
  }
}

TEST(Guard, RefusesPagesOfOtherSites) {
  const Guard guard = open_guard();
  Asked request = asked();
  request.origin = "http://127.0.0.1:8080";
  EXPECT_EQ(guard.check(request).status, 0);
  for (const char* origin :
       {"http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:9090"}) {
    request.origin = origin;
    EXPECT_EQ(guard.check(request).status, 403) << origin;
  }
  request.origin.clear();
  request.fetch_site = "cross-site";
  request.fetch_mode = "no-cors";
  EXPECT_EQ(guard.check(request).status, 403);
  request.fetch_mode = "navigate";
  EXPECT_EQ(guard.check(request).status, 0) << "a link may lead here";
}

TEST(Guard, AsksForTheTokenInAddressOrCookie) {
  const Guard guard = closed_guard();
  EXPECT_EQ(guard.check(asked_with_cookie("")).status, 401);
  EXPECT_EQ(guard.check(asked_with_cookie("lehr_8080=0123456789abcdeF")).status, 401);
  EXPECT_EQ(guard.check(asked_with_cookie("lehr_8081=" + secret)).status, 401);
  EXPECT_EQ(guard.check(asked_with_cookie("lehr_8080=")).status, 401);
  EXPECT_EQ(guard.check(asked_with_cookie("a=b; lehr_8080=" + secret + "; c")).status, 0);

  Asked with_address = asked_with_cookie("");
  with_address.query = {{"token", secret}};
  EXPECT_EQ(guard.check(with_address).status, 401) << "only the first page takes it";
  with_address.path = "/";
  EXPECT_EQ(guard.check(with_address).status, 0);
  EXPECT_TRUE(guard.brings_token(with_address));
  with_address.query = {{"token", secret + "0"}};
  EXPECT_EQ(guard.check(with_address).status, 401);
}

TEST(Guard, WithoutATokenAnEmptyOneOpensNothing) {
  Asked request = asked();
  request.query = {{"token", ""}};
  EXPECT_FALSE(open_guard().brings_token(request));
}

TEST(Guard, TheCookieIsForThisSiteAndNotForScripts) {
  EXPECT_EQ(closed_guard().cookie(), "lehr_8080=" + secret + "; Path=/; HttpOnly; SameSite=Strict");
}

TEST(Guard, TokensAreLongAndDiffer) {
  const std::string token = new_token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(token, new_token());
}

TEST(Guard, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("xbc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace lehr::serve
