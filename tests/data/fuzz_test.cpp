// Random damage to valid files. The readers must return or throw BadInput for any content. The
// sanitizers check them.
#include <algorithm>

#include "lehr/core/rng.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"
#include "support.hpp"

namespace lehr {
namespace {

using data_test::Bytes;

Bytes mutated(const Bytes& original, Rng& rng) {
  Bytes bytes = original;
  const std::uint64_t changes = 1 + rng.below(4);
  for (std::uint64_t change = 0; change < changes && !bytes.empty(); ++change) {
    const auto place = static_cast<std::ptrdiff_t>(rng.below(bytes.size()));
    // Headers come first and matter most.
    const auto early = static_cast<std::ptrdiff_t>(rng.below(std::min<std::size_t>(bytes.size(), 32)));
    switch (rng.below(6)) {
      case 0:
        bytes.resize(static_cast<std::size_t>(place));
        break;
      case 1:
        bytes.insert(bytes.begin() + place, static_cast<std::uint8_t>(rng.next()));
        break;
      case 2:
        bytes.erase(bytes.begin() + place);
        break;
      case 3:
        bytes[static_cast<std::size_t>(place)] ^= static_cast<std::uint8_t>(1U << rng.below(8));
        break;
      default:
        bytes[static_cast<std::size_t>(early)] = static_cast<std::uint8_t>(rng.next());
    }
  }
  return bytes;
}

// Returns how many of the mutations were read without an error.
template <class Read>
int read_mutations(const Bytes& original, std::uint64_t stream, Read read, std::uint64_t count = 2000) {
  int accepted = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(1, Purpose::test, i, stream);
    const Bytes bytes = mutated(original, rng);
    try {
      read(bytes);
      ++accepted;
    } catch (const BadInput&) {
    }
  }
  return accepted;
}

TEST(Fuzz, IdxImagesAndLabels) {
  const data_test::TemporaryFolder folder;
  data_test::write_small_mnist(folder.path());
  const auto read_as = [&](const char* name) {
    return [&folder, name](const Bytes& bytes) {
      data_test::write_bytes(folder / name, bytes);
      data::mnist(folder.path());
    };
  };
  EXPECT_LT(read_mutations(data_test::idx_images(30, 6, 5), 0, read_as("train-images-idx3-ubyte")), 2000);
  data_test::write_small_mnist(folder.path());
  EXPECT_LT(read_mutations(data_test::idx_labels(30), 1, read_as("train-labels-idx1-ubyte")), 2000);
}

TEST(Fuzz, GzippedIdxImages) {
  const data_test::TemporaryFolder folder;
  data_test::write_small_mnist(folder.path());
  data_test::fs::remove(folder / "train-images-idx3-ubyte");
  const int accepted =
      read_mutations(data_test::gzipped(data_test::idx_images(30, 6, 5)), 2, [&](const Bytes& bytes) {
        data_test::write_bytes(folder / "train-images-idx3-ubyte.gz", bytes);
        data::mnist(folder.path());
      });
  EXPECT_LT(accepted, 2000);
}

TEST(Fuzz, Png) {
  const data_test::TemporaryFolder folder;
  data::export_data(data::digits({.train = 10, .valid = 1}), folder / "out", {.idx = false});
  const Bytes png = data_test::read_bytes(folder / "out/train/5/000001.png");
  const int accepted = read_mutations(png, 3, [&](const Bytes& bytes) {
    data_test::write_bytes(folder / "image.png", bytes);
    const Image image = image::read(folder / "image.png");
    EXPECT_NO_THROW(image::check(image));
  });
  EXPECT_LT(accepted, 2000);
}

TEST(Fuzz, EveryFormatOfPictures) {
  constexpr std::uint64_t count = 100;
  std::uint64_t stream = 4;
  for (const auto& entry :
       data_test::fs::directory_iterator(LEHR_SOURCE_DIR "/tests/goldens/pictures/files")) {
    const int accepted = read_mutations(
        data_test::read_bytes(entry.path()), stream++,
        [](const Bytes& bytes) {
          const Image image = image::decode(bytes, "the picture", {.most_pixels = 1 << 20});
          EXPECT_NO_THROW(image::check(image));
        },
        count);
    EXPECT_LT(accepted, static_cast<int>(count)) << entry.path();
  }
}

}  // namespace
}  // namespace lehr
