// lehr predict on many files, folders and lists.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// A model and 20 pictures of digits in photos/train/0/000001.png, photos/valid/3/000004.png and so on.
class Predict : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared = new TemporaryFolder;
    model = trained_run(shared->path(), {});
    ASSERT_EQ(
        run(shared->path(), {"data", "make", "digits", "--out", "photos", "--count", "16", "--format", "png"})
            .status,
        0);
  }
  static void TearDownTestSuite() {
    delete shared;
    shared = nullptr;
  }

  static Outcome predict(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"predict", model});
    return run(shared->path(), arguments);
  }
  /// The pictures in the order of their names.
  static std::vector<std::string> pictures() {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(shared->path() / "photos")) {
      if (entry.path().extension() == ".png")
        names.push_back(fs::relative(entry.path(), shared->path()).string());
    }
    std::ranges::sort(names);
    return names;
  }

  /// A folder in the shared one that is removed at the end of the test.
  struct Scratch {
    explicit Scratch(std::string with_name) : name(std::move(with_name)) { fs::create_directories(path()); }
    ~Scratch() { fs::remove_all(path()); }
    fs::path path() const { return shared->path() / name; }
    std::string name;
  };

  inline static TemporaryFolder* shared = nullptr;
  inline static std::string model;
};

TEST_F(Predict, AFolderGivesAllItsPicturesInTheOrderOfTheirNames) {
  const std::vector<std::string> names = pictures();
  ASSERT_GE(names.size(), 18U);
  const Outcome folder = predict({"photos", "--json"});
  ASSERT_EQ(folder.status, 0) << folder.err;
  std::vector<std::string> found;
  for (const nlohmann::json& one : folder.events()) found.push_back(one["image"]);
  EXPECT_EQ(found, names);
}

TEST_F(Predict, FilesFoldersListsAndBatchesOfAnySizeGiveTheSameNumbers) {
  const std::string folder = predict({"photos", "--json", "--top", "10"}).out;
  std::vector<std::string> arguments = pictures();
  arguments.insert(arguments.end(), {"--json", "--top", "10"});
  EXPECT_EQ(predict(arguments).out, folder);
  for (const char* size : {"1", "7", "1000"}) {
    EXPECT_EQ(predict({"photos", "--json", "--top", "10", "--batch-size", size}).out, folder) << size;
  }
  const Outcome list = run_script(
      shared->path(), "find photos -name '*.png' | sort | \"$LEHR\" predict " + model + " - --json --top 10");
  EXPECT_EQ(list.out, folder);
}

TEST_F(Predict, AListMayHaveTheLineBreaksOfWindowsAndNoZeroBytes) {
  const std::string name = pictures().front();
  const auto listed = [&](const std::string& list) {
    return run_script(shared->path(), "printf '" + list + "' | \"$LEHR\" predict " + model + " - --json");
  };
  EXPECT_EQ(listed(name + "\\r\\n").out, predict({name, "--json"}).out);
  const Outcome refused = listed(name + "\\n" + name + "\\0" + name + "\\0");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("stdin, line 2: expected one path on each line, found a zero byte"),
            std::string::npos)
      << refused.err;
}

TEST_F(Predict, AnArchiveGivesTheNumbersOfItsPictures) {
  const Outcome files = predict({"photos/train", "--csv", "-"});
  for (const char* packed : {"photos.tar", "photos.tar.gz"}) {
    ASSERT_EQ(
        run_script(shared->path(), std::string("tar --sort=name -caf ") + packed + " -C photos train").status,
        0);
    const Outcome outcome = predict({packed, "--csv", "-"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::string> expected = lines_of(files.out);
    for (std::size_t i = 1; i < expected.size(); ++i)
      expected[i].replace(0, std::string("photos").size(), packed);
    EXPECT_EQ(lines_of(outcome.out), expected);
  }
  const Outcome copies = predict({"photos.tar.gz", "--copy-to", "unpacked", "--json"});
  ASSERT_EQ(copies.status, 0) << copies.err;
  const nlohmann::json first = copies.events().at(0);
  const std::string name = first["image"].get<std::string>().substr(std::string("photos.tar.gz/").size());
  EXPECT_EQ(read_file(shared->path() / first["copy"].get<std::string>()),
            read_file(shared->path() / "photos" / name));
  const std::string bytes = read_file(shared->path() / "photos.tar.gz");
  write_file(shared->path() / "cut.tar.gz", bytes.substr(0, bytes.size() / 2));
  const Outcome cut = predict({"cut.tar.gz", pictures()[0], "--csv", "-"});
  EXPECT_EQ(cut.status, 2);
  EXPECT_NE(cut.err.find("cut.tar.gz"), std::string::npos) << cut.err;
  EXPECT_TRUE(lines_of(cut.out).back().starts_with(pictures()[0])) << "goes on with the next file";
  for (const char* made : {"photos.tar", "photos.tar.gz", "cut.tar.gz", "unpacked"})
    fs::remove_all(shared->path() / made);
}

TEST_F(Predict, WritesATable) {
  const Outcome table = predict({"photos", "--csv", "-", "--top", "2"});
  ASSERT_EQ(table.status, 0) << table.err;
  const std::vector<std::string> lines = lines_of(table.out);
  ASSERT_EQ(lines.size(), pictures().size() + 1);
  EXPECT_EQ(lines[0], "image,class,probability,class_2,probability_2");
  const nlohmann::json first = predict({pictures()[0], "--json", "--top", "2"}).events().at(0);
  const std::string beginning = pictures()[0] + "," + first["class"].get<std::string>() + ",";
  ASSERT_TRUE(lines[1].starts_with(beginning)) << lines[1];
  EXPECT_EQ(std::stof(lines[1].substr(beginning.size())), first["probability"].get<float>());

  const Scratch scratch("tables");
  const Outcome file = predict({"photos", "--csv", "tables/t.csv", "--top", "2"});
  EXPECT_EQ(file.status, 0) << file.err;
  EXPECT_EQ(file.out, "");
  EXPECT_EQ(read_file(scratch.path() / "t.csv"), table.out);
  EXPECT_EQ(predict({"photos", "--csv", "tables/t.csv", "--top", "1"}).status, 0)
      << "a table replaces a table";
  EXPECT_TRUE(read_file(scratch.path() / "t.csv").starts_with("image,class,probability\n"));
  write_file(scratch.path() / "letter.csv", "Dear all,\n");
  EXPECT_EQ(predict({"photos", "--csv", "tables/letter.csv"}).status, 2);
  EXPECT_EQ(read_file(scratch.path() / "letter.csv"), "Dear all,\n");

  const Outcome sample = predict({"--data", "digits:200", "--sample", "3", "--csv", "-", "--top", "1"});
  EXPECT_TRUE(sample.out.starts_with("image,true,class,probability\nsample 3,3,")) << sample.out;
}

TEST_F(Predict, NamesWhatItCannotReadAndGoesOn) {
  const Scratch scratch("mixed");
  fs::copy(shared->path() / pictures()[0], scratch.path() / "b.png");
  write_file(scratch.path() / "a.png", "");
  write_file(scratch.path() / "c.PNG", "\x89PNG\r\n\x1a\nno");
  write_file(scratch.path() / "notes.txt", "no picture");
  write_file(scratch.path() / ".hidden.png", "no picture");
  const Outcome outcome = predict({"mixed", "--csv", "mixed/t.csv"});
  EXPECT_EQ(outcome.status, 2);
  const std::vector<std::string> said = lines_of(outcome.err);
  ASSERT_EQ(said.size(), 3U) << outcome.err;
  EXPECT_NE(said[0].find("mixed/a.png"), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("mixed/c.PNG"), std::string::npos) << said[1];
  EXPECT_EQ(said[2], "lehr: 2 of 3 pictures could not be read and were skipped");
  EXPECT_EQ(lines_of(read_file(scratch.path() / "t.csv")).size(), 2U);

  const Outcome json = predict({"mixed", "--json"});
  EXPECT_EQ(json.status, 2);
  EXPECT_EQ(json.events().size(), 3U);
  EXPECT_EQ(json.event("prediction")["image"], "mixed/b.png");

  const Outcome strict = predict({"mixed", "--strict", "--csv", "mixed/strict.csv"});
  EXPECT_EQ(strict.status, 2);
  EXPECT_EQ(lines_of(strict.err).size(), 1U) << strict.err;
  EXPECT_FALSE(fs::exists(scratch.path() / "strict.csv")) << "nothing half-written";
}

TEST_F(Predict, CountsPicturesOfOtherFormats) {
  const Scratch scratch("formats");
  fs::create_directories(scratch.path() / "in");
  fs::copy(shared->path() / pictures()[0], scratch.path() / "in/b.png");
  for (const char* name : {"in/a.HEIC", "in/c.gif", "in/d.avif", "in/notes.txt"})
    write_file(scratch.path() / name, "no picture");
  ASSERT_EQ(run_script(scratch.path(), "tar cf in.tar in").status, 0);
  for (const char* place : {"formats/in", "formats/in.tar"}) {
    const Outcome outcome = predict({place, "--csv", "formats/t.csv"});
    EXPECT_EQ(outcome.status, 2);
    const std::vector<std::string> said = lines_of(outcome.err);
    ASSERT_EQ(said.size(), 2U) << outcome.err;
    EXPECT_TRUE(said[0].starts_with(std::string("lehr: \"") + place +
                                    "\": 3 pictures of formats that lehr does not read left out, such as "))
        << said[0];
    EXPECT_EQ(said[1], "lehr: 3 of 4 pictures could not be read and were skipped");
    EXPECT_EQ(lines_of(read_file(scratch.path() / "t.csv")).size(), 2U);

    const Outcome strict = predict({place, "--strict", "--copy-to", "formats/out"});
    EXPECT_EQ(strict.status, 2);
    EXPECT_EQ(strict.out, "");
    EXPECT_EQ(lines_of(strict.err).size(), 1U) << strict.err;
  }
  fs::remove(scratch.path() / "in/b.png");
  const Outcome none = predict({"formats/in"});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("3 of 3 pictures could not be read"), std::string::npos) << none.err;
}

TEST_F(Predict, TakesTheLastFileOfAPathInAnArchive) {
  const Scratch scratch("twice");
  fs::copy(shared->path() / pictures()[0], scratch.path() / "a.png");
  ASSERT_EQ(run_script(scratch.path(), "tar cf two.tar a.png && cp ../" + pictures()[3] +
                                           " a.png && tar rf two.tar a.png && gzip -k two.tar")
                .status,
            0);
  const Outcome last = predict({"twice/a.png", "--json"});
  for (const char* archive : {"twice/two.tar", "twice/two.tar.gz"}) {
    const Outcome outcome = predict({archive, "--json"});
    ASSERT_EQ(outcome.events().size(), 1U) << outcome.out;
    EXPECT_EQ(outcome.events()[0]["classes"], last.events().at(0)["classes"]);
  }
}

TEST_F(Predict, RefusesAFolderWithoutPictures) {
  const Scratch scratch("empty");
  const Outcome outcome = predict({"empty"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("no picture"), std::string::npos) << outcome.err;
  EXPECT_EQ(run_script(shared->path(), "\"$LEHR\" predict " + model + " - </dev/null").status, 2);
}

TEST_F(Predict, LinksInCirclesEnd) {
  const Scratch scratch("circle");
  fs::copy(shared->path() / pictures()[0], scratch.path() / "a.png");
  fs::create_directory_symlink(".", scratch.path() / "again");
  fs::create_symlink("a.png", scratch.path() / "b.png");
  const Outcome outcome = predict({"circle", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.events().size(), 2U);
}

TEST_F(Predict, SortsCopiesIntoAFolderForEachClass) {
  const Scratch scratch("sorting");
  fs::create_directories(scratch.path() / "in/x");
  for (const char* name : {"in/same.png", "in/x/same.png", "in/x/other.png"}) {
    fs::copy(shared->path() / pictures()[0], scratch.path() / name);
  }
  const Outcome outcome = predict({"sorting/in", "--copy-to", "sorting/out", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::set<std::string> copies;
  std::string of_class;
  for (const nlohmann::json& one : outcome.events()) {
    copies.insert(one["copy"]);
    of_class = one["class"];
    EXPECT_EQ(read_file(shared->path() / one["copy"].get<std::string>()),
              read_file(shared->path() / pictures()[0]));
  }
  const std::string folder = "sorting/out/" + of_class;
  EXPECT_EQ(copies,
            (std::set<std::string>{folder + "/other.png", folder + "/same.png", folder + "/same-2.png"}));
  EXPECT_EQ(std::distance(fs::directory_iterator(shared->path() / folder), {}), 3) << "nothing else";

  const Outcome again = predict({"sorting/in", "--copy-to", "sorting/out"});
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("has files already"), std::string::npos) << again.err;
  EXPECT_EQ(predict({"--data", "digits:200", "--sample", "0", "--copy-to", "sorting/more"}).status, 2);
}

TEST_F(Predict, ExplainsEachPictureInAFileOfItsOwn) {
  const Scratch scratch("explained");
  fs::create_directories(scratch.path() / "in/x");
  for (const char* name : {"in/same.png", "in/x/same.png"}) {
    fs::copy(shared->path() / pictures()[0], scratch.path() / name);
  }
  const Outcome outcome = predict({"explained/in", "--explain", "explained/why", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<nlohmann::json> both = outcome.events();
  ASSERT_EQ(both.size(), 2U);
  const std::string first = both[0]["explanation"];
  EXPECT_TRUE(first.starts_with("explained/why/same-" + both[0]["class"].get<std::string>() + "-")) << first;
  EXPECT_TRUE(both[1]["explanation"].get<std::string>().ends_with("-2.png")) << both[1];
  for (const nlohmann::json& one : both) {
    EXPECT_TRUE(read_file(shared->path() / one["explanation"].get<std::string>()).starts_with("\x89PNG"));
  }
  EXPECT_EQ(predict({"--data", "digits:200", "--sample", "0", "--explain", "explained/sample"}).status, 0);
  EXPECT_EQ(predict({"explained/in", "--explain", "explained/why"}).status, 2) << "it has files";
}

TEST_F(Predict, RefusesOptionsThatContradict) {
  EXPECT_EQ(predict({"photos", "--csv", "-", "--json"}).status, 2);
  EXPECT_EQ(predict({"photos", "--csv", "missing/folder/../t.csv", "--top", "0"}).status, 2);
  for (const char* same : {"both", "./both", "both/"}) {
    const Outcome one_folder = predict({"photos", "--copy-to", "both", "--explain", same});
    EXPECT_EQ(one_folder.status, 2);
    EXPECT_EQ(one_folder.err,
              "lehr: --copy-to and --explain name the same folder \"both\"; each needs one of its own\n");
  }
  EXPECT_FALSE(fs::exists(shared->path() / "both"));
}

TEST_F(Predict, WritesNamesWithLineBreaksOnOneLine) {
  const Scratch scratch("odd");
  fs::copy(shared->path() / pictures()[0], scratch.path() / "a\nb,\"c\".png");
  const Outcome text = predict({"odd"});
  EXPECT_EQ(lines_of(text.out).size(), 1U) << text.out;
  const Outcome table = predict({"odd", "--csv", "-"});
  EXPECT_NE(table.out.find("\n\"odd/a\nb,\"\"c\"\".png\","), std::string::npos) << table.out;
}

}  // namespace
}  // namespace lehr::test
