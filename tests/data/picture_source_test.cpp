// The pictures behind paths: of folders and archives.
#include "lehr/data/picture_source.hpp"

#include "data/archives.hpp"

namespace lehr {
namespace {

using data::FoundPicture;
using data_test::Bytes;
using data_test::Packing;
using data_test::TestEntry;

std::vector<FoundPicture> all_of(const std::filesystem::path& place) {
  bool given = false;
  const auto source = data::pictures_from([&](std::filesystem::path& path) {
    path = place;
    return !std::exchange(given, true);
  });
  std::vector<FoundPicture> found;
  for (FoundPicture file; source->next(file);) found.push_back(file);
  return found;
}

class SourceOfPacking : public testing::TestWithParam<Packing> {
 protected:
  std::filesystem::path written(const std::vector<TestEntry>& entries) const {
    const std::filesystem::path file = folder_ / "a.tar";
    data_test::write_archive(file, GetParam(), entries);
    return file;
  }
  data_test::TemporaryFolder folder_;
};

TEST_P(SourceOfPacking, GivesTheLastFileOfAPath) {
  const std::vector<FoundPicture> found = all_of(written(
      {{"b.png", {1}}, {"a.png", {2}}, {"note", {0}}, {"./b.png", {3}}, {"c.png", {4}}, {"b.png", {5}}}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].bytes, Bytes{2});
  EXPECT_EQ(found[1].bytes, Bytes{4});
  EXPECT_EQ(found[2].bytes, Bytes{5});
  EXPECT_EQ(found[2].name, (folder_ / "a.tar/b.png").string());
}

TEST_P(SourceOfPacking, CountsPicturesOfOtherFormats) {
  const std::vector<FoundPicture> found =
      all_of(written({{"a.heic", {1}}, {"b.png", {2}}, {"c/d.SVG", {3}}, {"c/.e.gif", {4}}, {"f.txt", {5}}}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].files, 2);
  EXPECT_NE(found[0].problem.find("2 pictures of formats that lehr does not read"), std::string::npos)
      << found[0].problem;
  EXPECT_EQ(found[1].files, 1);
  EXPECT_EQ(found[1].bytes, Bytes{2});
}

INSTANTIATE_TEST_SUITE_P(PictureSource, SourceOfPacking,
                         testing::Values(Packing::tar, Packing::tar_gz, Packing::tar_zst, Packing::zip));

TEST(PictureSource, GivesThePicturesBeforeDamage) {
  const data_test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.tar";
  data_test::write_archive(file, Packing::tar, {{"a.png", {1}}, {"b.png", Bytes(5000, 7)}});
  std::filesystem::resize_file(file, 3000);
  const std::vector<FoundPicture> found = all_of(file);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].bytes, Bytes{1});
  EXPECT_NE(found[1].problem.find("cut short"), std::string::npos) << found[1].problem;
}

}  // namespace
}  // namespace lehr
