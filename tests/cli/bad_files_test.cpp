#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

void expect_refused(const Outcome& outcome, const std::string& said) {
  EXPECT_EQ(outcome.status, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("lehr: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
}

/// One way to damage a folder of IDX files, and the text that the error must contain.
struct Spoiled {
  std::string name;
  std::function<void(const std::filesystem::path&)> spoil;
  std::string said;
};

class BadData : public testing::TestWithParam<Spoiled> {};

TEST_P(BadData, IsRefusedAndNothingIsWritten) {
  const TemporaryFolder folder;
  write_idx(folder.path() / "d", 20, 28, 28);
  GetParam().spoil(folder.path() / "d");
  const std::vector<std::string> before = folder.contents();
  const Outcome outcome = run(folder.path(), {"train", "--data", "mnist:d", "--epochs", "1", "--quiet"});
  expect_refused(outcome, GetParam().said);
  EXPECT_EQ(folder.contents(), before);
}

constexpr const char* images = "train-images-idx3-ubyte";
constexpr const char* labels = "train-labels-idx1-ubyte";

void set_byte(const std::filesystem::path& file, std::size_t place, char value) {
  std::string bytes = read_file(file);
  bytes.at(place) = value;
  write_file(file, bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Idx, BadData,
    testing::Values(
        Spoiled{"NoFolder", [](const auto& d) { std::filesystem::remove_all(d); }, "d"},
        Spoiled{"NoFile", [](const auto& d) { std::filesystem::remove(d / labels); }, "labels"},
        Spoiled{"Truncated", [](const auto& d) { std::filesystem::resize_file(d / images, 1000); }, images},
        Spoiled{"ShorterThanAHeader", [](const auto& d) { std::filesystem::resize_file(d / images, 7); },
                images},
        Spoiled{"Empty", [](const auto& d) { write_file(d / images, ""); }, images},
        Spoiled{"NotIdx", [](const auto& d) { write_file(d / images, std::string(900, 'x')); }, images},
        Spoiled{"WrongMagic", [](const auto& d) { set_byte(d / images, 3, 1); }, images},
        Spoiled{"FourBillionImages",
                [](const auto& d) {
                  for (std::size_t place = 4; place < 8; ++place) set_byte(d / images, place, '\xff');
                },
                images},
        Spoiled{"CountsDiffer", [](const auto& d) { set_byte(d / labels, 7, 19); }, "labels"},
        Spoiled{"NoImages", [](const auto& d) { write_idx(d, 0, 28, 28); }, "train"},
        Spoiled{"CorruptGzip",
                [](const auto& d) {
                  std::filesystem::remove(d / images);
                  write_file(d / (std::string(images) + ".gz"), "\x1f\x8b\x08 not really");
                },
                ".gz"}),
    [](const auto& test) { return test.param.name; });

class WithModel : public testing::Test {
 protected:
  void SetUp() override {
    const Outcome outcome = run(folder.path(), {"train", "--data", "digits:100", "--epochs", "1", "--quiet"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    model = outcome.out.substr(0, outcome.out.size() - 1);
  }
  TemporaryFolder folder;
  std::string model;
};

TEST_F(WithModel, ModelsThatCannotBeUsedAreNamed) {
  expect_refused(run(folder.path(), {"evaluate", "none.safetensors", "--data", "digits:100"}),
                 "none.safetensors");
  expect_refused(run(folder.path(), {"evaluate", "runs", "--data", "digits:100"}), "model.safetensors");
  const std::string bytes = read_file(folder.path() / model);
  write_file(folder.path() / "cut.safetensors", bytes.substr(0, bytes.size() / 2));
  expect_refused(run(folder.path(), {"evaluate", "cut.safetensors", "--data", "digits:100"}),
                 "cut.safetensors");
  write_file(folder.path() / "text.safetensors", "this is no model, but long enough to look at");
  expect_refused(run(folder.path(), {"predict", "text.safetensors", "x.png"}), "text.safetensors");
}

TEST_F(WithModel, DataAndPicturesThatDoNotFitAreNamed) {
  write_idx(folder.path() / "small", 20, 20, 20);
  expect_refused(run(folder.path(), {"evaluate", model, "--data", "mnist:small"}), "20x20");
  expect_refused(run(folder.path(), {"predict", model, "--data", "mnist:small", "--sample", "0"}), "20, 20");
  expect_refused(run(folder.path(), {"predict", model, "--data", "digits:100", "--sample", "5000"}), "5000");
  expect_refused(run(folder.path(), {"predict", model, "none.png"}), "none.png");
  write_file(folder.path() / "bad.png", "\x89PNG\r\n\x1a\nno");
  expect_refused(run(folder.path(), {"predict", model, "bad.png"}), "bad.png");
}

std::string chunk(const std::string& type_and_data) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : type_and_data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return big_endian(static_cast<std::uint32_t>(type_and_data.size() - 4)) + type_and_data + big_endian(~crc);
}

/// A black PNG picture, one pixel wide, in uncompressed zlib blocks.
std::string tall_picture(std::uint32_t height) {
  std::string blocks("\x78\x01", 2);
  for (std::uint32_t rows = 0; rows < height;) {
    const std::uint32_t here = std::min<std::uint32_t>(height - rows, 30000);
    const std::uint32_t size = 2 * here;  // each row has a filter and a pixel
    rows += here;
    blocks += static_cast<char>(rows == height ? 1 : 0);
    for (const std::uint32_t number : {size, ~size}) {
      blocks += static_cast<char>(number & 0xff);
      blocks += static_cast<char>((number >> 8U) & 0xff);
    }
    blocks.append(size, '\0');
  }
  blocks += big_endian(((2 * height) % 65521) << 16U | 1U);  // Adler-32 of zeros
  const std::string header = "IHDR" + big_endian(1) + big_endian(height) + std::string("\x08\0\0\0\0", 5);
  return "\x89PNG\r\n\x1a\n" + chunk(header) + chunk("IDAT" + blocks) + chunk("IEND");
}

TEST(BadFiles, APictureThatIsTooLongIsNamedWithTheLimit) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {});
  write_file(folder.path() / "fits.png", tall_picture(65536));
  EXPECT_EQ(run(folder.path(), {"predict", id, "fits.png"}).status, 0);
  write_file(folder.path() / "tall.png", tall_picture(100000));
  expect_refused(run(folder.path(), {"predict", id, "tall.png"}),
                 "\"tall.png\" is a picture of 1 x 100000 pixels; expected sides of at most 65536 pixels");
}

// Another file name would not help, so this is not bad input.
TEST(BadFiles, TooManyOpenFilesAreAFailureWithItsReason) {
  const TemporaryFolder folder;
  trained_run(folder.path(), {});
  for (const std::string command :
       {"train --data digits:200 --epochs 1 --quiet", "train --resume latest --quiet", "runs list",
        "runs show latest", "evaluate latest --data digits:200", "report latest",
        "find-lr --svg a.svg --data "
        "digits:200 --batches 5 --quiet"}) {
    for (const std::string most : {"3", "4", "5", "6", "7", "8"}) {
      const Outcome outcome = run_script(folder.path(), "ulimit -n " + most + "; exec \"$LEHR\" " + command);
      if (outcome.status == 0 || outcome.status == 127) continue;  // 127: nor can it be loaded
      EXPECT_EQ(outcome.status, 1) << most << ": " << command << ": " << outcome.err;
      EXPECT_NE(outcome.err.find("Too many open files"), std::string::npos)
          << most << ": " << command << ": " << outcome.err;
    }
  }
}

TEST(BadFiles, AFolderThatWasRemovedIsSaidInOneSentence) {
  const TemporaryFolder folder;
  const auto in_removed = [&](const std::string& command) {
    return run_script(folder.path(),
                      "mkdir gone; cd gone; rmdir ../gone; exec \"$LEHR\" " + command + " --data digits:200");
  };
  expect_refused(in_removed("train --epochs 1 --quiet"), "the current folder is gone");
  expect_refused(in_removed("train --epochs 1 --quiet --no-save --csv log.csv"), "--csv \"log.csv\"");
  EXPECT_EQ(in_removed("train --epochs 1 --quiet --out " + (folder.path() / "runs").string()).status, 0);
}

TEST(Output, AFolderThatCannotBeWrittenIsRefusedAtOnce) {
  const TemporaryFolder folder;
  write_file(folder.path() / "file", "");
  const Outcome outcome =
      run(folder.path(), {"train", "--data", "digits:100", "--epochs", "100000", "--out", "file"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("file"), std::string::npos) << outcome.err;
  expect_refused(run(folder.path(), {"train", "--data", "digits:100", "--quiet", "--out", "/proc/none/runs"}),
                 "/proc/none/runs");
  EXPECT_EQ(folder.contents(), std::vector<std::string>{"file"});
}

// An error that appears only with the first batch: the last batch norm gets a single value per
// channel.
TEST(Output, ATrainingThatCannotBeginLeavesNoRun) {
  const TemporaryFolder folder;
  expect_refused(
      run(folder.path(), {"train", "--data", "digits:100", "--quiet", "--batch-norm", "--batch-size", "1"}),
      "batch norm \"13\" needs two pictures or more in each training batch");
  EXPECT_EQ(folder.contents(), std::vector<std::string>{});
}

TEST(Output, AFullDiskLeavesNothingHalfWritten) {
  const TemporaryFolder folder;
  constexpr std::int64_t bytes = 20000;
  const Outcome outcome =
      Running(folder.path(), {"train", "--data", "digits:100", "--epochs", "1", "--quiet"}, bytes).wait();
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  const std::size_t second = outcome.err.find('\n') + 1;
  EXPECT_NE(outcome.err.substr(0, second).find("the training goes on unrecorded"), std::string::npos)
      << outcome.err;
  EXPECT_NE(
      outcome.err.find("step-000000000002-epoch.safetensors\": cannot be written: File too large; there is "
                       "no earlier checkpoint",
                       second),
      std::string::npos)
      << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 2) << outcome.err;
  for (const std::string& name : folder.contents()) {
    EXPECT_EQ(name.find(".safetensors"), std::string::npos) << name;
  }
  EXPECT_EQ(run(folder.path(), {"train", "--resume", "latest"}).status, 0) << "there is room again";
}

}  // namespace
}  // namespace lehr::test
