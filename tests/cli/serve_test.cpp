#include <gtest/gtest.h>

#include <csignal>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

TEST(Serve, PrintsItsAddressAndEndsAtOnceOnASignal) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {});
  Running serving(folder.path(), {"serve", "--port", "0"});
  ASSERT_TRUE(serving.wait_for_output("http://127.0.0.1:"));
  serving.signal(SIGINT);
  const Outcome ended = serving.wait();
  EXPECT_EQ(ended.status, 130);
  EXPECT_EQ(ended.out.find("token"), std::string::npos);
}

TEST(Serve, WithAHostTheAddressHoldsAToken) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {});
  Running serving(folder.path(), {"serve", "--port", "0", "--host", "127.0.0.1", "--token", "my-own-token"});
  ASSERT_TRUE(serving.wait_for_output("/?token=my-own-token\n"));
  serving.signal(SIGTERM);
  EXPECT_EQ(serving.wait().status, 130);
}

TEST(Serve, ChangesNothing) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {});
  const std::vector<std::string> files = folder.contents();
  const std::string before = read_file(folder.path() / "runs" / "lehr.db");
  Running serving(folder.path(), {"serve", "--port", "0"});
  ASSERT_TRUE(serving.wait_for_output("http://127.0.0.1:"));
  serving.signal(SIGINT);
  serving.wait();
  EXPECT_EQ(read_file(folder.path() / "runs" / "lehr.db"), before);
  EXPECT_EQ(folder.contents(), files);
}

TEST(Serve, WrongUseIsOneSentenceWithStatus2) {
  const TemporaryFolder folder;
  const auto says = [&](const std::vector<std::string>& arguments) {
    const Outcome ended = run(folder.path(), arguments);
    EXPECT_EQ(ended.status, 2);
    EXPECT_EQ(ended.err.find('\n') + 1, ended.err.size()) << ended.err;
    return ended.err;
  };
  EXPECT_NE(says({"serve"}).find("there is no such file"), std::string::npos);
  EXPECT_NE(says({"serve", "--port", "70000"}).find("--port"), std::string::npos);
  EXPECT_NE(says({"serve", "--token", "a b"}).find("--token"), std::string::npos);
  std::filesystem::create_directory(folder.path() / "runs");
  write_file(folder.path() / "runs" / "lehr.db", std::string(4096, 'x'));
  EXPECT_NE(says({"serve"}).find("lehr.db"), std::string::npos);
  std::filesystem::remove_all(folder.path() / "runs");
  trained_run(folder.path(), {});
  EXPECT_NE(says({"serve", "--port", "0", "--host", "192.0.2.1"}).find("--host"), std::string::npos);
}

}  // namespace
}  // namespace lehr::test
