#include <gtest/gtest.h>
#include <signal.h>

#include "cli/support.hpp"
#include "support/png_file.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;
using Json = nlohmann::json;
namespace fs = std::filesystem;

class DataInfoCommand : public testing::Test {
 protected:
  void write(const std::string& path, std::uint64_t number, const Shape& shape = {3, 40, 50}) const {
    write_png(folder_.path() / "photos" / path, shape, number);
  }
  void write_usual() const {
    for (std::uint64_t i = 0; i < 4; ++i) {
      write("train/cat/" + std::to_string(i) + ".png", i);
      write("train/dog/" + std::to_string(i) + ".png", 10 + i);
    }
    write("valid/cat/9.png", 30);
    write("valid/dog/8.png", 31);
  }
  Outcome info(const Arguments& more = {}) const {
    Arguments arguments{"data", "info", "folder:photos"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(folder_.path(), arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(DataInfoCommand, PrintsWhatIsThere) {
  write_usual();
  write("valid/dog/leak.png", 2);
  write_file(folder_.path() / "photos/train/dog/empty.jpg", "");
  const Outcome outcome = info();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part :
       {"12 pictures in 2 classes\n",
        "class  train  valid\ncat    4      1\ndog    5      2\nall    9      3\n", "formats: PNG 11\n",
        "colours: RGB 11\n", "size: 50 x 40\n",
        "1 picture cannot be read:\n  \"photos/train/dog/empty.jpg\" is empty; expected a picture\n",
        "2 pictures in 1 group of equal ones; 1 across sets, 1 with different labels\n"
        "  - train  cat  \"photos/train/cat/2.png\"\n    valid  dog  \"photos/valid/dog/leak.png\"\n"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "is not in\n" << outcome.out;
  }
}

TEST_F(DataInfoCommand, PrintsOneObject) {
  write_usual();
  write("valid/dog/leak.png", 2);
  const Json object = info({"--json", "--image-size", "20x10", "--channels-in", "1"}).event("data_info");
  EXPECT_EQ(object["data"], "folder:photos");
  EXPECT_EQ(object["pictures"], 11);
  EXPECT_EQ(object["classes"], Json({"cat", "dog"}));
  EXPECT_EQ(object["sets"]["valid"], Json::parse(R"({"pictures": 3, "class_counts": [1, 2]})"));
  EXPECT_EQ(object["width"], Json::parse(R"({"least": 50, "median": 50, "most": 50})"));
  EXPECT_EQ(object["sizes"], Json::parse(R"({"different": 1, "usual": {"50 x 40": 11}})"));
  EXPECT_EQ(object["formats"], Json::parse(R"({"PNG": 11})"));
  EXPECT_EQ(object["modes"], Json::parse(R"({"RGB": 11})"));
  EXPECT_EQ(object["input"]["width"], 20);
  EXPECT_EQ(object["mean"].size(), 1U);
  EXPECT_EQ(object["equal"], Json::parse(R"([{"across_sets": true, "across_classes": true, "pictures": [
      {"set": "train", "sample": 2, "class": "cat", "path": "photos/train/cat/2.png"},
      {"set": "valid", "sample": 2, "class": "dog", "path": "photos/valid/dog/leak.png"}]}])"));
  EXPECT_EQ(object["similar"], Json::array());
  EXPECT_EQ(object["unreadable"], Json::array());
  EXPECT_EQ(object["warnings"], Json::array());
}

TEST_F(DataInfoCommand, WritesAPageThatHostileNamesDoNotBreak) {
  write_usual();
  const std::string hostile = "<script>alert('&\"')<";
  write("train/" + hostile + "/" + std::string(251, 'y') + ".png", 40, {3, 300, 20});
  write("train/" + hostile + "/" + hostile + "\n\xff.png", 41);
  write("valid/" + hostile + "/copy.png", 41);
  const Outcome outcome = info({"--page", "page.html"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.ends_with("page.html\n"));
  const std::string page = read_file(folder_.path() / "page.html");
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;\\x0A"), std::string::npos);
  EXPECT_NE(page.find(std::string(251, 'y')), std::string::npos);
  EXPECT_NE(page.find("in several sets"), std::string::npos);
  EXPECT_EQ(page.find("http"), page.find("http-equiv")) << "it needs no network";
  EXPECT_EQ(info({"--page", "page.html"}).status, 0) << "its own page may be replaced";
  write_file(folder_.path() / "notes.txt", "mine");
  EXPECT_EQ(info({"--page", "notes.txt"}).status, 2);
  EXPECT_EQ(read_file(folder_.path() / "notes.txt"), "mine");
}

TEST_F(DataInfoCommand, ListsTheSmallestOfManyClasses) {
  for (int i = 0; i < 30; ++i) {
    const std::string of_class = "train/class" + std::to_string(i);
    write(of_class + "/1.png", static_cast<std::uint64_t>(i), {1, 8, 8});
    if (i != 17) write(of_class + "/2.png", static_cast<std::uint64_t>(100 + i), {1, 8, 8});
  }
  write("valid/class3/1.png", 200, {1, 8, 8});
  const Outcome outcome = info({"--list", "5"});
  EXPECT_NE(outcome.out.find("classes with the fewest pictures  train  valid\nclass17 "), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("all 30 classes"), std::string::npos);
  EXPECT_NE(outcome.err.find("has no picture of 29 of 30 classes"), std::string::npos) << outcome.err;
}

TEST_F(DataInfoCommand, DescribesOtherData) {
  const Outcome digits = run(folder_.path(), {"data", "info", "digits:50", "--json"});
  EXPECT_EQ(digits.event("data_info")["pictures"], 60);
  EXPECT_EQ(digits.event("data_info")["formats"], Json::object());
  EXPECT_EQ(run(folder_.path(), {"data", "info", "folder:missing"}).status, 2);
  EXPECT_EQ(run(folder_.path(), {"data", "info"}).status, 2);
}

TEST_F(DataInfoCommand, IsInterruptedWithoutAPage) {
  const Running running(folder_.path(), {"data", "info", "digits:2000000", "--page", "page.html"});
  ASSERT_TRUE(const_cast<Running&>(running).wait_until_caught(SIGINT));
  running.signal(SIGINT);
  EXPECT_EQ(const_cast<Running&>(running).wait().status, 130);
  EXPECT_EQ(folder_.contents(), Arguments());
}

class DataWarnings : public DataInfoCommand {
 protected:
  Outcome train(const Arguments& more = {}) const {
    Arguments arguments{"train", "--data", "folder:photos", "--epochs", "1", "--image-size", "32", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(folder_.path(), arguments);
  }
  static int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
};

TEST_F(DataWarnings, AreGivenByATrainingOnce) {
  write_usual();
  write("valid/dog/leak.png", 2);
  const std::string leak = "lehr: 1 picture of the validation set is in the training set too, such as ";
  const Outcome outcome = train();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(count(outcome.err, leak), 1) << outcome.err;
  const Outcome study = train({"--seeds", "2"});
  EXPECT_EQ(study.status, 0) << study.err;
  EXPECT_EQ(count(study.err, "in the training set too"), 1) << study.err;
}

TEST_F(DataWarnings, TellOfUnreadablePicturesBeforeTheTraining) {
  write_usual();
  write_file(folder_.path() / "photos/valid/dog/5.png", "no picture");
  const Outcome ended = train({"--cache", "off"});
  EXPECT_EQ(ended.status, 2) << "the validation reads it";
  EXPECT_EQ(count(ended.err, "lehr: 1 picture of the validation set cannot be read, such as: "), 1)
      << ended.err;
}

TEST_F(DataWarnings, AreShownByEvaluateAndPredict) {
  write_usual();
  write_file(folder_.path() / "photos/train/dog/other.gif", "GIF89a");
  ASSERT_EQ(train({"--name", "it"}).status, 0);
  const std::string part = "1 picture of formats that lehr does not read left out";
  const Outcome evaluated = run(folder_.path(), {"evaluate", "it", "--data", "folder:photos"});
  EXPECT_EQ(count(evaluated.err, part), 1) << evaluated.err;
  const Outcome object = run(folder_.path(), {"evaluate", "it", "--data", "folder:photos", "--json"});
  EXPECT_EQ(object.events().size(), 1U);
  EXPECT_EQ(object.event("evaluation")["warnings"].size(), 1U);
  const Outcome predicted =
      run(folder_.path(), {"predict", "it", "--data", "folder:photos", "--sample", "0"});
  EXPECT_EQ(count(predicted.err, part), 1) << predicted.err;
}

TEST_F(DataWarnings, TellOfEmptyClassFoldersOnce) {
  write_usual();
  fs::create_directories(folder_.path() / "photos/train/cow");
  const std::string part = "1 class folder without pictures left out: \"train/cow\"\n";
  EXPECT_EQ(count(train().err, part), 1);
  EXPECT_EQ(count(info().err, part), 1);
}

TEST_F(DataWarnings, TellOfPicturesOfTooManyPixels) {
  write_usual();
  write("train/cat/large.png", 99, {1, 1001, 1000});
  ASSERT_EQ(train({"--name", "it"}).status, 0);
  const std::string part =
      "large.png\" is a picture of 1000 x 1001 pixels; expected at most 1000000 pixels; "
      "--max-megapixels allows more";
  const Arguments limit{"--max-megapixels", "1"};
  const std::string file = "photos/train/cat/large.png";
  for (Arguments command :
       {Arguments{"train", "--data", "folder:photos", "--image-size", "32"},
        Arguments{"find-lr", "--data", "folder:photos", "--image-size", "32"},
        Arguments{"evaluate", "it", "--set", "train"}, Arguments{"predict", "it", file},
        Arguments{"predict", "it", "--set", "train", "--sample", "0,1,2,3,4"},
        Arguments{"activations", "it", file, "--out", "seen"}, Arguments{"data", "info", "folder:photos"},
        Arguments{"data", "show", "--data", "folder:photos", "--augmented", "sheet.png", "--pictures",
                  "9"}}) {
    command.insert(command.end(), limit.begin(), limit.end());
    const Outcome outcome = run(folder_.path(), command);
    EXPECT_EQ(outcome.status, command[1] == "info" ? 0 : 2) << command[0] << " " << command[1];
    EXPECT_NE((outcome.err + outcome.out).find(part), std::string::npos)
        << command[0] << " " << command[1] << ": " << outcome.err;
  }
  const Outcome skipped = train({"--skip-unreadable", "--max-megapixels", "1", "--name", "skipped"});
  EXPECT_EQ(skipped.status, 0) << skipped.err;
  const Outcome evaluated = run(folder_.path(), {"evaluate", "skipped", "--set", "train", "--json"});
  EXPECT_EQ(evaluated.event("evaluation")["samples"], 8) << "it keeps the limit of its run";
  for (const char* wrong : {"0", "4296", "1.5", "many"}) {
    const Outcome refused = train({"--max-megapixels", wrong});
    EXPECT_EQ(refused.status, 2) << wrong;
    EXPECT_NE(refused.err.find("lehr: --max-megapixels "), std::string::npos) << refused.err;
  }
}

TEST_F(DataWarnings, NameTheOptionThatSkipsUnreadablePictures) {
  write_usual();
  write_file(folder_.path() / "photos/train/dog/5.png", "no picture");
  for (const Arguments& more :
       {Arguments{"--cache", "off"}, Arguments{"--cache", "off", "--channels-in", "3"},
        Arguments{"--workers", "2"}}) {
    const Outcome ended = train(more);
    EXPECT_EQ(ended.status, 2);
    EXPECT_NE(ended.err.find("dog/5.png\" is not a picture that lehr reads"), std::string::npos) << ended.err;
    EXPECT_EQ(count(ended.err, "; --skip-unreadable leaves out the pictures that cannot be read\n"), 1)
        << ended.err;
  }
  const Outcome skipped = train({"--skip-unreadable"});
  EXPECT_EQ(skipped.status, 0);
  EXPECT_EQ(count(skipped.err, "1 picture of the training set cannot be read and is left out"), 1)
      << skipped.err;
  const Outcome found = run(folder_.path(), {"find-lr", "--data", "folder:photos", "--image-size", "32"});
  EXPECT_EQ(count(found.err, "--skip-unreadable"), 1) << found.err;
}

}  // namespace
}  // namespace lehr::test
