#include "data/archives.hpp"
#include "data/csv_reader.hpp"
#include "data/names.hpp"
#include "lehr/image/read.hpp"

namespace lehr {
namespace {

using data_test::expect_bad_input;
using data_test::names_of;
using data_test::pictures_at;
using Names = std::vector<std::string>;

std::vector<Names> rows_of(std::string_view text) {
  data::CsvReader reader("\"list.csv\"", text);
  std::vector<Names> rows;
  for (Names row; reader.next(row);) rows.push_back(row);
  return rows;
}

TEST(CsvReader, FollowsRfc4180) {
  EXPECT_EQ(rows_of("a,b\r\nc,\r\n"), (std::vector<Names>{{"a", "b"}, {"c", ""}}));
  EXPECT_EQ(rows_of("\"a,1\",\"say \"\"x\"\"\"\n\"two\nlines\",\"\""),
            (std::vector<Names>{{"a,1", "say \"x\""}, {"two\nlines", ""}}));
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"
                    "a\n\n\nb"),
            (std::vector<Names>{{"a"}, {"b"}}))
      << "byte order mark, empty lines";
  EXPECT_EQ(rows_of(""), std::vector<Names>{});
}

TEST(CsvReader, NamesTheLineOfAnError) {
  expect_bad_input([] { rows_of("\"a\nb\",c\nd,\"e"); }, {"\"list.csv\", line 3", "not closed"});
  expect_bad_input([] { rows_of("a\nb\"c"); }, {"line 2", "in the middle of a field"});
  expect_bad_input([] { rows_of("\"a\"b"); }, {"line 1", "follows a closing quote"});
}

class Csv : public testing::Test {
 protected:
  void SetUp() override {
    data_test::write_files(folder_.path(), pictures_at({"p/1.png", "p/2.png", "p/3.png", "p/4,5.png"}));
  }
  DataSplits open(const std::string& text, std::int64_t most_pixels = image::usual_most_pixels) const {
    data_test::write_bytes(folder_ / "list.csv", {text.begin(), text.end()});
    return data::open_data({.name = "csv:" + (folder_ / "list.csv").string(), .most_pixels = most_pixels});
  }
  void expect_refused(const std::string& text, std::initializer_list<std::string_view> parts) const {
    expect_bad_input([&] { open(text); }, parts);
  }
  data_test::TemporaryFolder folder_;
};

TEST_F(Csv, ListsPicturesWithTheirClasses) {
  const DataSplits data = open(
      "Split,note,path,label\ntrain,x,p/2.png,dog\ntrain,y,p/1.png,cat\nval,,p/3.png,dog\ntest,,\"p/"
      "4,5.png\",cat\n");
  EXPECT_EQ(data_test::classes_of(*data.train), (Names{"cat", "dog"}));
  EXPECT_EQ(names_of(*data.train), (Names{"p/2.png", "p/1.png"}));
  EXPECT_EQ(data.train->label(0), 1);
  EXPECT_EQ(names_of(*data.valid), Names{"p/3.png"});
  EXPECT_EQ(names_of(*data.test), Names{"p/4,5.png"});
  EXPECT_EQ(data_test::pixels_of(*data.train, 1), image::decode(data_test::png_bytes(0)).pixels);
  EXPECT_EQ(data.train->origin(0), (folder_ / "p/2.png").string());
}

TEST_F(Csv, IsDividedIfItHasNoSets) {
  const DataSplits data = open("file,class\np/1.png,a\np/2.png,a\np/3.png,b\n\"p/4,5.png\",b\n");
  EXPECT_EQ(data.train->size(), 2);
  EXPECT_EQ(data.valid->size(), 2);
}

TEST_F(Csv, TakesAbsolutePaths) {
  const std::string first = (folder_ / "p/1.png").string();
  const DataSplits data = open("path,label,split\n" + first + ",a,train\np/2.png,b,train\np/3.png,b,valid\n");
  EXPECT_EQ(data.train->origin(0), first);
}

TEST_F(Csv, NamesTheLineOfABadRow) {
  expect_refused("", {"list.csv", "is empty"});
  expect_refused("path,label\n", {"lists no pictures"});
  expect_refused("name;label\n", {"list.csv\", line 1", "\"path\" and \"label\"", "found \"name;label\""});
  expect_refused("path,label,Path\np/1.png,a,p/2.png\n",
                 {"line 1", "columns 1 and 3 (\"path\" and \"Path\") mean the same"});
  expect_refused("path,label,class\np/1.png,a,b\n", {"line 1", "columns 2 and 3"});
  expect_refused("path,label\np/1.png,a,b\n", {"line 2", "expected 2 columns, found 3"});
  expect_refused("path,label\n,a\n", {"line 2", "the path is empty"});
  expect_refused("path,label\np/1.png,\n", {"line 2", "the label is empty"});
  expect_refused("path,label\np/1.png,a\np/9.png,a\n", {"line 3", "there is no file", "p/9.png"});
  expect_refused("path,label\np,a\n", {"line 2", "there is no file"});
  expect_refused("path,label\np/1.png,a\np/1.png,b\n", {"line 3", "\"p/1.png\" is listed in line 2 too"});
  expect_refused("path,label,split\np/1.png,a,tset\n",
                 {"line 2", "the split is \"tset\"", "train, valid or test"});
  expect_refused("path,label,split\np/1.png,a,valid\n", {"no row", "\"train\""});
  expect_refused("path,label\np/1.png,a\n", {"one class, \"a\""});
  expect_refused("path,label,split\np/1.png,a,train\np/2.png,b,train\np/3.png,c,valid\n",
                 {"the validation set has the class \"c\""});
}

TEST_F(Csv, RefusesPicturesOfTooManyPixels) {
  const DataSplits data = open("path,label\np/1.png,a\np/2.png,a\np/3.png,b\n", 19);
  Image picture;
  expect_bad_input([&] { data.train->read(0, picture); }, {".png", "at most 19 pixels"});
}

TEST(CsvScheme, NeedsAFile) {
  for (const char* name : {"csv", "csv:"})
    expect_bad_input([&] { data::open_data(name); }, {"write csv:FILE"});
}

}  // namespace
}  // namespace lehr
