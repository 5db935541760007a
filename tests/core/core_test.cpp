#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <set>

#include "lehr/core/attributes.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

TEST(Shape, CountsPrintsAndCompares) {
  const Shape shape{512, 1, 28, 28};
  EXPECT_EQ(shape.rank(), 4);
  EXPECT_EQ(shape.numel(), 512 * 28 * 28);
  EXPECT_EQ(shape.str(), "(512, 1, 28, 28)");
  EXPECT_EQ(shape.with(0, 3), (Shape{3, 1, 28, 28}));
  EXPECT_NE(shape, (Shape{512, 28, 28}));
  EXPECT_EQ(Shape{}.numel(), 1);
}

TEST(Shape, HasNoAxesBeyondItsRank) {
  const Shape shape{3, 4};
  for (const int axis : {-1, 2, 7}) {
    EXPECT_THROW(static_cast<void>(shape[axis]), BadInput) << axis;
    EXPECT_THROW(static_cast<void>(shape.with(axis, 1)), BadInput) << axis;
  }
  try {
    static_cast<void>(shape[2]);
  } catch (const BadInput& error) {
    EXPECT_STREQ(error.what(), "the shape (3, 4) has no axis 2; axes count from 0");
  }
}

TEST(Shape, RefusesWhatCannotBe) {
  EXPECT_THROW((Shape{1, -1}), Error);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1}), Error);
  EXPECT_THROW((Shape{1LL << 40, 1LL << 40}), Error);
}

TEST(Strides, AreThoseOfEachLayout) {
  const Shape shape{2, 3, 4, 5};
  EXPECT_EQ(contiguous_strides(shape), (Strides{60, 20, 5, 1}));
  EXPECT_EQ(channels_last_strides(shape), (Strides{60, 1, 15, 3}));
  EXPECT_EQ(output_last_strides(shape), (Strides{1, 2, 30, 6}));
  EXPECT_EQ(output_last_strides({3, 4}), (Strides{1, 3}));
}

TEST(Tensor, IsAlignedZeroAndTyped) {
  Tensor tensor({3, 5}, DType::f32);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data()) % buffer_alignment, 0U);
  const auto elements = tensor.elements<float>();
  EXPECT_EQ(std::reduce(elements.begin(), elements.end()), 0.0F);
  EXPECT_THROW(tensor.elements<std::int64_t>(), Error);
}

TEST(Tensor, ClonesWithoutSharing) {
  Tensor tensor({2}, DType::i64);
  tensor.elements<std::int64_t>()[0] = 7;
  Tensor copy = tensor.clone();
  copy.elements<std::int64_t>()[0] = 8;
  EXPECT_EQ(tensor.elements<std::int64_t>()[0], 7);
}

TEST(CopyElements, KeepsTheLogicalOrderBetweenLayouts) {
  Tensor from({2, 3, 4, 5}, DType::f32);
  Tensor to(from.shape(), DType::f32, channels_last_strides(from.shape()));
  std::iota(from.elements<float>().begin(), from.elements<float>().end(), 0.0F);
  copy_elements(std::as_const(from).view<float>(), to.view<float>());
  EXPECT_EQ(to.view<float>().at(1, 2, 3, 4), from.view<float>().at(1, 2, 3, 4));
  EXPECT_EQ(to.elements<float>()[1], from.view<float>().at(0, 1, 0, 0));
  Tensor other({2, 3}, DType::f32);
  EXPECT_THROW(copy_elements(std::as_const(from).view<float>(), other.view<float>()), Error);
}

// The known answers published with Random123 (kat_vectors) for philox4x32-10.
TEST(Philox, GivesThePublishedAnswers) {
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Rng, IsAFunctionOfItsName) {
  Rng first(1, Purpose::test, 2, 3);
  Rng again(1, Purpose::test, 2, 3);
  std::set<std::uint32_t> starts;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(first.next(), again.next());
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const Purpose purpose : {Purpose::test, Purpose::shuffle}) {
      for (const std::uint64_t a : {0U, 1U}) starts.insert(Rng(seed, purpose, a).next());
    }
  }
  EXPECT_EQ(starts.size(), 8U);
}

TEST(Rng, HasTheMomentsOfItsDistributions) {
  Rng rng(5, Purpose::test);
  constexpr int count = 200000;
  double uniform_sum = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  std::array<int, 7> faces{};
  for (int i = 0; i < count; ++i) {
    const float uniform = rng.uniform();
    ASSERT_GE(uniform, 0.0F);
    ASSERT_LT(uniform, 1.0F);
    uniform_sum += uniform;
    const double normal = rng.normal();
    normal_sum += normal;
    normal_squares += normal * normal;
    ++faces[rng.below(7)];
  }
  EXPECT_NEAR(uniform_sum / count, 0.5, 0.003);
  EXPECT_NEAR(normal_sum / count, 0, 0.01);
  EXPECT_NEAR(normal_squares / count, 1, 0.015);
  for (const int face : faces) EXPECT_NEAR(face, count / 7.0, 600);
}

TEST(NearestName, FindsSlipsAndKeepsQuietOtherwise) {
  const std::vector<std::string> names{"simple-cnn", "resnet-small", "vgg"};
  EXPECT_EQ(nearest_name("simple_cnn", names), "simple-cnn");
  EXPECT_EQ(nearest_name("simpel-cnn", names), "simple-cnn");
  EXPECT_EQ(nearest_name("zzzzzzzzzzzzzzzzzz", names), "");
  const std::string message = unknown_name("model", "vg", names).what();
  EXPECT_EQ(message, "unknown model \"vg\"; did you mean \"vgg\"? (valid: simple-cnn, resnet-small, vgg)");
}

TEST(UnknownName, ClipsAndEscapesWhatWasGiven) {
  const std::vector<std::string> names{"vgg"};
  const std::string message = unknown_name("model", std::string(100000, 'x') + "\n", names).what();
  EXPECT_LT(message.size(), 300U);
  EXPECT_EQ(std::string(unknown_name("model", "v\x1b[31m\n", names).what()).find_first_of("\x1b\n"),
            std::string::npos);
}

TEST(Text, KnowsControlCharacters) {
  EXPECT_FALSE(has_control_characters("Größe, \"a b\""));
  for (const char* text : {"a\nb", "\t", "\x1b[31m", "\x7f"}) EXPECT_TRUE(has_control_characters(text));
  EXPECT_TRUE(has_control_characters(std::string_view("a\0b", 3)));
}

TEST(CsvField, IsQuotedIfItHasTo) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(csv_field("a\r\nb"), "\"a\r\nb\"");
}

TEST(Attributes, SayWhatIsMissingOrOfAnotherType) {
  const Attributes attributes{
      {"kernel", std::vector<std::int64_t>{3, 3}}, {"eps", 1e-5}, {"groups", std::int64_t{2}}};
  EXPECT_EQ(attributes.integers("kernel").size(), 2U);
  EXPECT_EQ(attributes.real("groups"), 2.0);
  EXPECT_THROW(attributes.integer("eps"), Error);
  EXPECT_THROW(attributes.flag("bias"), Error);
}

}  // namespace
}  // namespace lehr
