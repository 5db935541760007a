#include "lehr/store/safetensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "store/support.hpp"

namespace lehr {
namespace {

using store::read_safetensors;
using store::SafeTensors;
using store::write_safetensors;
using store_test::bad_input_of;
using store_test::expect_says;
using store_test::read_all;
using store_test::TemporaryFolder;

const std::filesystem::path goldens = std::filesystem::path(LEHR_SOURCE_DIR) / "tests/store/goldens";

template <class T>
Tensor counting(const Shape& shape, T first) {
  Tensor tensor(shape, DTypeOf<T>::value);
  std::iota(tensor.elements<T>().begin(), tensor.elements<T>().end(), first);
  return tensor;
}

SafeTensors all_kinds() {
  SafeTensors contents;
  contents.tensors.emplace("conv.weight", counting<float>({2, 1, 3, 3}, -4.5F));
  contents.tensors.emplace("bytes", counting<unsigned char>({5}, 250));
  contents.tensors.emplace("count", counting<long>({}, -7));
  contents.tensors.emplace("half", Tensor({3}, DType::bf16));
  static_cast<unsigned char*>(contents.tensors.at("half").data())[3] = 0x3f;
  contents.tensors.emplace("nothing", Tensor({0, 4}, DType::f32));
  contents.tensors.emplace("a \"quoted\"\nnäme", counting<float>({1}, 3));
  contents.metadata = {{"format", "pt"}, {"empty", ""}, {"text", "line\nline \"quoted\" é"}};
  return contents;
}

void expect_equal(const SafeTensors& a, const SafeTensors& b) {
  EXPECT_EQ(a.metadata, b.metadata);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (const auto& [name, tensor] : a.tensors) {
    ASSERT_TRUE(b.tensors.contains(name)) << name;
    const Tensor& other = b.tensors.at(name);
    EXPECT_EQ(tensor.dtype(), other.dtype()) << name;
    EXPECT_EQ(tensor.shape(), other.shape()) << name;
    const auto* bytes = static_cast<const unsigned char*>(tensor.data());
    EXPECT_TRUE(std::equal(bytes, bytes + tensor.bytes(), static_cast<const unsigned char*>(other.data())))
        << name;
  }
}

TEST(SafeTensors, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  write_safetensors(folder / "file", all_kinds());
  expect_equal(all_kinds(), read_safetensors(folder / "file"));
}

TEST(SafeTensors, EqualContentsGiveEqualBytes) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", all_kinds());
  write_safetensors(folder / "b", read_safetensors(folder / "a"));
  EXPECT_EQ(read_all(folder / "a"), read_all(folder / "b"));
}

TEST(SafeTensors, AlignsEveryTensor) {
  const TemporaryFolder folder;
  write_safetensors(folder / "file", all_kinds());
  const std::string bytes = read_all(folder / "file");
  std::uint64_t header = 0;
  std::copy_n(bytes.data(), 8, reinterpret_cast<char*>(&header));
  EXPECT_EQ(header % 8, 0U);
  // The one I64 tensor comes first, then those with 4 bytes per element, then 2, then 1.
  const long minus_seven = -7;
  EXPECT_EQ(bytes.compare(8 + header, 8, reinterpret_cast<const char*>(&minus_seven), 8), 0);
}

TEST(SafeTensors, NothingAtAllIsAFileToo) {
  const TemporaryFolder folder;
  write_safetensors(folder / "file", {});
  const SafeTensors back = read_safetensors(folder / "file");
  EXPECT_TRUE(back.tensors.empty());
  EXPECT_TRUE(back.metadata.empty());
}

// Written by tools/make_safetensors_golden.py with the safetensors package and PyTorch's names.
TEST(SafeTensors, ReadsWhatTheFormatsOwnWriterWrote) {
  const SafeTensors read = read_safetensors(goldens / "torch_model.safetensors");
  SafeTensors expected;
  expected.metadata = {{"format", "pt"}};
  expected.tensors.emplace("0.weight", counting<float>({2, 1, 3, 3}, 0));
  expected.tensors.emplace("1.num_batches_tracked", counting<long>({}, 12));
  expected.tensors.emplace("1.running_mean", counting<float>({2}, -1));
  expected.tensors.emplace("pixels", counting<unsigned char>({3}, 7));
  expect_equal(expected, read);
}

TEST(SafeTensors, WritesTheSameBytesAsTheFormatsOwnWriter) {
  const TemporaryFolder folder;
  write_safetensors(folder / "file", read_safetensors(goldens / "torch_model.safetensors"));
  EXPECT_EQ(read_all(folder / "file"), read_all(goldens / "torch_model.safetensors"));
}

TEST(SafeTensors, RefusesToWriteWhatNobodyCouldRead) {
  const TemporaryFolder folder;
  SafeTensors contents;
  contents.metadata["text"] = "\xff\xfe";
  expect_says(bad_input_of([&] { write_safetensors(folder / "file", contents); }), {"file", "UTF-8"});
  SafeTensors reserved;
  reserved.tensors.emplace("__metadata__", Tensor({1}, DType::f32));
  expect_says(bad_input_of([&] { write_safetensors(folder / "file", reserved); }), {"__metadata__"});
  SafeTensors strided;
  strided.tensors.emplace("w", Tensor({2, 3}, DType::f32, output_last_strides({2, 3})));
  EXPECT_THROW(write_safetensors(folder / "file", strided), Error);
  EXPECT_EQ(folder.entries(), 0U);
}

}  // namespace
}  // namespace lehr
