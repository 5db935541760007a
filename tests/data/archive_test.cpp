#include "data/archive.hpp"

#include "data/archives.hpp"
#include "data/picture_files.hpp"

namespace lehr {
namespace {

using data::ArchiveLimits;
using data::ArchiveReader;
using data_test::Bytes;
using data_test::expect_bad_input;
using data_test::Packing;
using data_test::TestEntry;
using data_test::write_archive;

const std::vector<TestEntry> three_files{
    {"./a/one.png", {1, 2, 3}}, {"a", {}, AE_IFDIR}, {"b//two.png", Bytes(300'000, 7)}, {"empty.png", {}}};

void read_all(const std::filesystem::path& file, const ArchiveLimits& limits = {}) {
  ArchiveReader reader(file, limits);
  Bytes bytes;
  while (reader.next()) reader.read(bytes);
}

class EachPacking : public testing::TestWithParam<Packing> {
 protected:
  std::filesystem::path written(const std::vector<TestEntry>& entries) const {
    const std::filesystem::path file = folder_ / "archive";
    write_archive(file, GetParam(), entries);
    return file;
  }
  data_test::TemporaryFolder folder_;
};

TEST_P(EachPacking, GivesItsFilesInOrder) {
  ArchiveReader reader(written(three_files));
  Bytes bytes;
  for (const std::size_t expected : {0U, 2U, 3U}) {
    const auto entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->path, (std::vector<std::string>{"a/one.png", "", "b/two.png", "empty.png"})[expected]);
    reader.read(bytes);
    EXPECT_EQ(bytes, three_files[expected].bytes);
  }
  EXPECT_FALSE(reader.next());
}

TEST_P(EachPacking, ListsPicturesByPath) {
  const auto files = data::picture_files(
      written({{"b.png", {2}}, {"a/x.PNG", {1}}, {"notes.txt", {9}}, {".hidden.png", {9}}, {"b.png", {3}}}));
  ASSERT_EQ(files->size(), 2);
  EXPECT_EQ(files->path(0), "a/x.PNG");
  EXPECT_EQ(files->path(1), "b.png");
  EXPECT_EQ(files->origin(1), (folder_ / "archive/b.png").string());
  Bytes room;
  const auto first = files->bytes(0, room);
  EXPECT_EQ(Bytes(first.begin(), first.end()), Bytes{1});
  const auto later = files->bytes(1, room);
  EXPECT_EQ(Bytes(later.begin(), later.end()), Bytes{3})
      << "the later of two entries, as when it is unpacked";
  EXPECT_EQ(files->others().count, 1);
  EXPECT_EQ(files->others().example, "notes.txt");
}

TEST_P(EachPacking, RefusesWhatPicturesNeedNot) {
  const auto refused = [&](const TestEntry& entry, std::initializer_list<std::string_view> parts) {
    const std::filesystem::path file = written({{"a.png", {1}}, entry});
    expect_bad_input([&] { read_all(file); }, parts);
  };
  refused({"/etc/passwd", {1}}, {"archive\"", "\"/etc/passwd\"", "an absolute path"});
  refused({"../a.png", {1}}, {"\"../a.png\"", "leaves it"});
  refused({"a/../../b.png", {1}}, {"\"a/../../b.png\"", "leaves it"});
  refused({"a/..", {1}}, {"\"a/..\"", "leaves it"});
  refused({"link.png", {}, AE_IFLNK, "/etc/passwd"}, {"\"link.png\"", "a link", "--dereference"});
  if (GetParam() == Packing::zip) return;  // has no such entries
  refused({"hard.png", {}, AE_IFREG, "", "a.png"}, {"\"hard.png\"", "a link"});
  refused({"pipe.png", {}, AE_IFIFO}, {"\"pipe.png\"", "a device or pipe"});
  refused({"disk.png", {}, AE_IFBLK}, {"\"disk.png\"", "a device or pipe"});
}

TEST_P(EachPacking, KeepsItsLimits) {
  const std::filesystem::path file = written(three_files);
  expect_bad_input([&] { read_all(file, {.most_entries = 3}); }, {"more than 3 entries"});
  if (GetParam() != Packing::tar) {  // which cannot expand
    expect_bad_input([&] { read_all(file, {.usual_bytes = 100'000}); },
                     {"more than 200 times its size", "b/two.png"});
  }
  expect_bad_input([&] { read_all(file, {.most_file_bytes = 299'999}); },
                   {"b/two.png", "more than 299999 bytes"});
  EXPECT_NO_THROW(read_all(file, {.most_entries = 4, .most_file_bytes = 300'000}));
}

TEST_P(EachPacking, SaysWhereItIsDamaged) {
  std::vector<TestEntry> entries;
  for (int i = 0; i < 20; ++i) {
    Bytes bytes(2000);
    for (std::size_t at = 0; at < bytes.size(); ++at)
      bytes[at] = static_cast<std::uint8_t>(at * at * 31 + at / 7);
    entries.push_back({"picture" + std::to_string(i) + ".png", bytes});
  }
  const std::filesystem::path file = written(entries);
  const Bytes whole = data_test::read_bytes(file);
  for (const std::size_t share : {1U, 2U, 3U}) {
    data_test::write_bytes(
        file, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() * share / 4)));
    expect_bad_input([&] { read_all(file); }, {"archive\""});
    expect_bad_input([&] { data::picture_files(file); }, {"archive\""});
  }
}

TEST_P(EachPacking, GivesNamesOfAnyCharacters) {
  const std::string greek = "\u03B1\u03B2\u03B3.png";
  const std::string line_break = "a\nb.png";
  const std::string longest = std::string(251, 'n') + ".png";
  ArchiveReader reader(written({{greek, {1}}, {line_break, {1}}, {longest, {1}}}));
  for (const std::string& name : {greek, line_break, longest}) EXPECT_EQ(reader.next()->path, name);
}

INSTANTIATE_TEST_SUITE_P(Archive, EachPacking,
                         testing::Values(Packing::tar, Packing::tar_gz, Packing::tar_zst, Packing::zip));

TEST(Archive, ReadsPicturesOfATarInPlace) {
  const data_test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "set.tar";
  const std::vector<TestEntry> entries{{"short.png", {1, 2, 3}},
                                       {std::string(180, 'x') + ".png", Bytes(1000, 5)},
                                       {"last.png", Bytes(512, 6)}};
  write_archive(file, Packing::tar, entries);
  const auto files = data::picture_files(file, {.most_held_bytes = 0});
  ASSERT_EQ(files->size(), 3);
  Bytes room;
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const TestEntry& entry) { return entry.path == files->path(i); });
    const auto bytes = files->bytes(i, room);
    EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), found->bytes);
  }
  std::filesystem::resize_file(file, 600);
  expect_bad_input([&] { files->bytes(0, room); }, {"is shorter than when it was opened"});
}

TEST(Archive, BoundsWhatItHoldsInMemory) {
  const data_test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "set.tar.gz";
  write_archive(file, Packing::tar_gz, {{"a.png", Bytes(600, 1)}, {"b.png", Bytes(600, 2)}});
  EXPECT_NO_THROW(data::picture_files(file, {.most_held_bytes = 1200}));
  expect_bad_input([&] { data::picture_files(file, {.most_held_bytes = 1199}); },
                   {"more than 1199 bytes of pictures", "uncompressed .tar"});
}

TEST(Archive, RefusesABombBeforeItIsUnpacked) {
  const data_test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "bomb.tar.gz";
  write_archive(file, Packing::tar_gz, {{"big.bin", Bytes(4'000'000)}, {"a.png", {1}}});
  ArchiveReader reader(file, {.usual_bytes = 1'000'000});
  expect_bad_input([&] { reader.next(); }, {"bomb.tar.gz", "more than 200 times its size", "big.bin"});
}

TEST(Archive, RefusesOtherFiles) {
  const data_test::TemporaryFolder folder;
  const auto refused = [&](const std::string& name, std::initializer_list<std::string_view> parts) {
    expect_bad_input([&] { data::picture_files(folder / name); }, parts);
  };
  data_test::write_bytes(folder / "text.tar", Bytes(5000, 'x'));
  data_test::write_bytes(folder / "empty.zip", {});
  data_test::write_bytes(folder / "text.tar.gz", data_test::gzipped(Bytes(5000, 'x')));
  refused("text.tar", {"text.tar", "not an archive that lehr reads", ".tar.zst"});
  refused("empty.zip", {"empty.zip", "not an archive that lehr reads"});
  refused("text.tar.gz", {"text.tar.gz", "not an archive that lehr reads"});
  refused("nothing", {"nothing", "does not exist"});
}

}  // namespace
}  // namespace lehr
