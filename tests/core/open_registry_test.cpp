#include "core/open_registry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/message_of.hpp"

namespace lehr {
namespace {

using test::message_of;
using Registry = OpenRegistry<int>;

constexpr RegistryWords words{"fruit", "lehr::register_fruit"};

void add_fruit(Registry& registry) {
  registry.add_built_in("apple", 1);
  registry.add_built_in("pear", 2);
}

TEST(OpenRegistry, FindsBuiltInEntriesAndThoseOfTheProgram) {
  Registry registry(words, add_fruit);
  registry.add("plum-2.0_x", 3);
  EXPECT_EQ(registry.at("apple"), 1);
  EXPECT_EQ(registry.at("plum-2.0_x"), 3);
  EXPECT_EQ(registry.find("fig"), nullptr);
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"apple", "pear", "plum-2.0_x"}));
}

TEST(OpenRegistry, RefusesNamesThatAreTaken) {
  Registry registry(words, add_fruit);
  registry.add("plum", 3);
  EXPECT_EQ(message_of<BadInput>([&] { registry.add("apple", 4); }),
            "the fruit \"apple\" is built in; register yours under another name");
  EXPECT_EQ(message_of<BadInput>([&] { registry.add("plum", 4); }),
            "the fruit \"plum\" is registered already");
  EXPECT_EQ(registry.at("apple"), 1);
  EXPECT_EQ(registry.at("plum"), 3);
}

TEST(OpenRegistry, RefusesWhatIsNoName) {
  Registry registry(words);
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a:b"), std::string("a\nb"),
                                  std::string("\xC3\xA4"), std::string(65, 'a')}) {
    EXPECT_TRUE(
        message_of<BadInput>([&] { registry.add(name, 1); })
            .starts_with("the name of a new fruit should have 1 to 64 letters, digits, '-', '_' or '.', "
                         "found \""))
        << name;
  }
  EXPECT_NO_THROW(registry.add(std::string(64, 'a'), 1));
}

TEST(OpenRegistry, SaysHowAProgramAddsAnEntry) {
  const Registry registry(words, add_fruit);
  EXPECT_EQ(
      message_of<BadInput>([&] { registry.at("aple"); }),
      "unknown fruit \"aple\"; did you mean \"apple\"? (valid: apple, pear); a program adds its own with "
      "lehr::register_fruit");
}

TEST(OpenRegistry, MayBeReadWhileAnotherThreadAdds) {
  Registry registry(words, add_fruit);
  constexpr int added = 500;
  std::atomic<bool> all_there = false;
  std::thread reader([&] {
    const int& apple = registry.at("apple");
    while (!all_there) {
      ASSERT_EQ(apple, 1);
      ASSERT_GE(registry.names().size(), 2U);
      if (const int* last = registry.find("f" + std::to_string(added - 1))) all_there = *last == added - 1;
    }
  });
  for (int i = 0; i < added; ++i) registry.add("f" + std::to_string(i), i);
  reader.join();
  EXPECT_EQ(registry.names().size(), 2U + added);
}

}  // namespace
}  // namespace lehr
