#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;

TEST(DataShow, WritesASheet) {
  const TemporaryFolder folder;
  const Arguments arguments{"data",        "show",  "--data",     "digits:50", "--augment",  "digits",
                            "--augmented", "s.png", "--pictures", "3",         "--versions", "4"};
  const Outcome outcome = run(folder.path(), arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "s.png\n");
  const std::string png = read_file(folder.path() / "s.png");
  EXPECT_TRUE(png.starts_with("\x89PNG"));
  EXPECT_EQ(run(folder.path(), arguments).status, 0);  // its own sheet may be replaced
  EXPECT_TRUE(read_file(folder.path() / "s.png") == png);
}

TEST(DataShow, RefusesWhatIsWrong) {
  const TemporaryFolder folder;
  write_file(folder.path() / "notes.txt", "mine");
  const auto refused = [&](const Arguments& more, const std::string& part) {
    Arguments arguments{"data", "show", "--data", "digits:50"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  refused({"--augmented", "notes.txt"}, "is no PNG picture");
  refused({"--augmented", "s.png", "--augment", "strong"}, "unknown augmentation \"strong\"");
  refused({"--augmented", "s.png", "--augment", "none.toml"}, "no such file");
  EXPECT_EQ(read_file(folder.path() / "notes.txt"), "mine");
}

}  // namespace
}  // namespace lehr::test
