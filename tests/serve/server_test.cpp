#include "lehr/serve/server.hpp"

#include <sys/resource.h>

#include <memory>
#include <vector>

#include "serve/support.hpp"

namespace lehr::serve_test {
namespace {

using namespace std::chrono_literals;

TEST(Server, ListsTheRuns) {
  const Serving serving;
  const std::string list = serving.get("/runs");
  EXPECT_TRUE(list.starts_with("HTTP/1.1 200")) << list;
  EXPECT_TRUE(has(list, R"("id":"run-1")")) << list;
  EXPECT_TRUE(has(list, R"("status":"running")")) << list;
}

TEST(Server, SendsTheReportOfARun) {
  const Serving serving;
  const std::string report = serving.report("/report?id=run-1");
  EXPECT_TRUE(report.starts_with("HTTP/1.1 200")) << report.substr(0, 200);
  EXPECT_TRUE(has(report, R"("id":"run-1")"));
  EXPECT_TRUE(has(report.substr(report.size() - 20), "</html>"));
}

TEST(Server, OnlyTheScriptWithTheNonceMayRunInAReport) {
  const Serving serving;
  const std::string report = serving.report("/report?id=run-1");
  const std::size_t begin = report.find("script-src 'nonce-") + 18;
  const std::string nonce = report.substr(begin, report.find('\'', begin) - begin);
  EXPECT_EQ(nonce.size(), 32U) << report.substr(0, 600);
  EXPECT_TRUE(has(report, "<script nonce=\"" + nonce + "\">"));
}

TEST(Server, EveryAnswerSaysWhatTheBrowserMayDoWithIt) {
  const Serving serving;
  for (const char* path : {"/", "/run?id=run-1", "/runs", "/style.css", "/nothing"}) {
    const std::string answer = serving.get(path);
    for (const char* header :
         {"Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff",
          "Cache-Control: no-store", "Referrer-Policy: no-referrer", "frame-ancestors 'none'"}) {
      EXPECT_TRUE(has(answer, header)) << path << ": " << header;
    }
  }
}

TEST(Server, HasNoPathsOfFiles) {
  const Serving serving;
  for (const char* path : {"/../lehr.db", "/..%2flehr.db", "/lehr.db", "/%2e%2e/%2e%2e/etc/passwd",
                           "//etc/passwd", "/report?id=../run-1", "/report?id=run-1/../run-1",
                           "/report?id=", "/report", "/events?id=nothing", "/report?id=run-1%00"}) {
    EXPECT_TRUE(serving.get(path).starts_with("HTTP/1.1 404")) << path << ": " << serving.get(path);
  }
}

TEST(Server, RefusesWhatTheGuardRefuses) {
  const Serving serving;
  EXPECT_TRUE(serving.ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").starts_with("HTTP/1.1 403"));
  EXPECT_TRUE(serving.ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 403"));
  EXPECT_TRUE(serving.get("/runs", "Origin: http://evil.example\r\n").starts_with("HTTP/1.1 403"));
  EXPECT_TRUE(serving.get("/runs", "Sec-Fetch-Site: cross-site\r\n").starts_with("HTTP/1.1 403"));
}

TEST(Server, AnswersHeadWithoutABody) {
  const Serving serving;
  const std::string answer = serving.ask("HEAD /runs HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Server, RefusesBodiesBeforeTheyAreSent) {
  const Serving serving;
  const std::string lengths = "Content-Length: 1000000000\r\n";
  EXPECT_TRUE(
      serving.ask("POST / HTTP/1.1\r\nHost: localhost\r\n" + lengths + "\r\n").starts_with("HTTP/1.1 405"));
  EXPECT_TRUE(serving.get("/", lengths).starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(serving.get("/", "Transfer-Encoding: chunked\r\n").starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(serving.get("/", lengths + "Expect: 100-continue\r\n").starts_with("HTTP/1.1 413"));
}

TEST(Server, DoesNotReadAGigabyte) {
  const Serving serving;
  Client client(serving.port());
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string part(1 << 20, 'x');
  int sent = 0;
  while (sent < 1000 && client.send(part)) ++sent;
  EXPECT_LT(sent, 100) << "megabytes";
  EXPECT_TRUE(serving.get("/runs").starts_with("HTTP/1.1 200"));
}

TEST(Server, BoundsHeaders) {
  const Serving serving;
  EXPECT_TRUE(serving.get("/" + std::string(9000, 'a')).starts_with("HTTP/1.1 4"));
  EXPECT_FALSE(serving.get("/runs", "A: " + std::string(20'000, 'a') + "\r\n").starts_with("HTTP/1.1 200"));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "A: b\r\n";
  EXPECT_FALSE(serving.get("/runs", many).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(serving.get("/runs").starts_with("HTTP/1.1 200"));
}

TEST(Server, SurvivesWhatIsNoRequest) {
  const Serving serving;
  for (const std::string& bytes :
       {std::string("\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(1000, '\0') + "\r\n\r\n",
        std::string("GET /%zz%u0000?%=&&== HTTP/9.9\r\nHost:\r\n:\r\n\r\n"),
        head_of("/", "Range: bytes=0-,0-,0-,0-,-1,5-2\r\n")}) {
    serving.ask(bytes);
  }
  EXPECT_TRUE(serving.get("/runs").starts_with("HTTP/1.1 200"));
}

TEST(Server, ServesWholePagesWhateverRangeIsAskedFor) {
  const Serving serving;
  std::string ranges = "0-1";
  while (ranges.size() < 8000) ranges += ",0-1";
  for (const std::string& range : {std::string("0-1"), ranges}) {
    const std::string answer = serving.get("/runs", "rAnge: bytes=" + range + "\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(answer.ends_with("\"trouble\":\"\"}")) << answer;
  }
}

TEST(Server, EndsTheConnectionOfASlowClient) {
  const Serving serving({.limits = {.to_ask = 100ms}});
  Client client(serving.port());
  client.send("GET / HTTP/1.1\r\nHost: local");
  EXPECT_FALSE(has(client.read_until(), "200"));  // ends, although the client does not
}

TEST(Server, TellsClientsBeyondTheBoundToComeLater) {
  const Serving serving({.limits = {.connections = 2, .to_ask = 1h}});
  const auto holding = std::make_unique<Client>(serving.port());
  auto held = std::make_unique<Client>(serving.port());
  holding->send("GET");
  held->send("GET");
  EXPECT_TRUE(serving.get("/runs").starts_with("HTTP/1.1 503"));
  held.reset();
  std::string answer = serving.get("/runs");
  while (answer.starts_with("HTTP/1.1 503")) answer = serving.get("/runs");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(Server, ManyConnectionsHoldOnlyTheBound) {
  const Serving serving({.limits = {.connections = 4, .to_ask = 1h}});
  const std::size_t before = open_descriptors();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Client>(serving.port()));
  EXPECT_TRUE(clients.back()->read_until().starts_with("HTTP/1.1 503"));
  constexpr std::size_t others = 20;  // those of the store, and connections that are just being refused
  EXPECT_LE(open_descriptors(), before + 200 + others);  // the clients are in this process
}

TEST(Server, BoundsStreams) {
  const Serving serving({.limits = {.streams = 1}});
  Client first(serving.port());
  first.send(head_of("/events"));
  EXPECT_TRUE(has(first.read_until("data: "), "HTTP/1.1 200"));
  EXPECT_TRUE(serving.get("/events").starts_with("HTTP/1.1 503"));
}

TEST(Server, StreamsWhatIsRecorded) {
  Serving serving;
  Client client(serving.port());
  client.send(head_of("/events?id=run-1"));
  EXPECT_TRUE(has(client.read_until(R"("batches":0)"), "text/event-stream"));
  for (std::int64_t step = 0; step < 10; ++step) serving.writer().step(store_test::step_row(step));
  serving.writer().flush();
  EXPECT_TRUE(has(client.read_until(R"("batches":10)"), R"("batches":10)"));
}

TEST(Server, ListStreamShowsNewRuns) {
  Serving serving;
  Client client(serving.port());
  client.send(head_of("/events"));
  EXPECT_TRUE(has(client.read_until(R"("id":"run-1")"), "data: "));
  serving.writer().finish({});
  EXPECT_TRUE(has(client.read_until(R"("status":"done")"), R"("status":"done")"));
}

TEST(Server, StopEndsStreams) {
  Serving serving;
  Client client(serving.port());
  client.send(head_of("/events"));
  client.read_until("data: ");
  serving.server().stop();
  client.read_until();  // returns
}

TEST(Server, WithAHostNobodyReadsWithoutTheToken) {
  Serving serving({.host = "127.0.0.1"});
  EXPECT_TRUE(serving.get("/runs").starts_with("HTTP/1.1 401"));
  EXPECT_TRUE(serving.get("/style.css").starts_with("HTTP/1.1 401"));
  const std::string url = serving.server().url();
  const std::string welcome = serving.get(url.substr(url.find("/?")));
  EXPECT_TRUE(welcome.starts_with("HTTP/1.1 200")) << welcome;
  const std::size_t begin = welcome.find("Set-Cookie: ") + 12;
  const std::string cookie = welcome.substr(begin, welcome.find(';', begin) - begin);
  EXPECT_TRUE(serving.get("/runs", "Cookie: " + cookie + "\r\n").starts_with("HTTP/1.1 200"));
}

TEST(Server, OnLoopbackAloneThereIsNoToken) {
  Serving serving;
  EXPECT_EQ(serving.server().url(), "http://127.0.0.1:" + std::to_string(serving.port()) + "/");
}

TEST(Server, APortInUseIsOneSentence) {
  Serving serving;
  const store_test::TemporaryFolder folder;
  store::RunWriter(folder / "lehr.db", store_test::run_info("a")).finish({});
  const std::string says =
      store_test::bad_input_of([&] { serve::Server({.store = folder / "lehr.db", .port = serving.port()}); });
  store_test::expect_says(says, {"port", std::to_string(serving.port()), "127.0.0.1", "in use", "--port"});
}

TEST(Server, AHostThatIsNotHereIsOneSentence) {
  const store_test::TemporaryFolder folder;
  store::RunWriter(folder / "lehr.db", store_test::run_info("a")).finish({});
  const std::string says = store_test::bad_input_of(
      [&] { serve::Server({.store = folder / "lehr.db", .host = "192.0.2.1", .port = 0}); });
  store_test::expect_says(says, {"--host", "192.0.2.1"});
}

TEST(Server, AMissingOrDamagedStoreIsOneSentence) {
  const store_test::TemporaryFolder folder;
  const auto opened = [&](const char* name) {
    return store_test::bad_input_of([&] { serve::Server({.store = folder / name, .port = 0}); });
  };
  store_test::expect_says(opened("none.db"), {"none.db", "no such file"});
  store_test::write_all(folder / "bad.db", std::string(5000, 'x'));
  store_test::expect_says(opened("bad.db"), {"bad.db"});
}

}  // namespace
}  // namespace lehr::serve_test
