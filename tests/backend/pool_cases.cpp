#include "backend/op_case.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::test {
namespace {

struct Window {
  ops::Size2 kernel{2, 2};
  ops::Size2 stride{2, 2};
  ops::Size2 padding{0, 0};
};

std::vector<std::int64_t> pair(const ops::Size2& size) { return {size.h, size.w}; }

OpCase pool(const std::string& type, const std::string& name, const Shape& in, const Window& w) {
  const Shape out{in[0], in[1], (in[2] + 2 * w.padding.h - w.kernel.h) / w.stride.h + 1,
                  (in[3] + 2 * w.padding.w - w.kernel.w) / w.stride.w + 1};
  Attributes attributes{{"kernel", pair(w.kernel)}, {"stride", pair(w.stride)}, {"padding", pair(w.padding)}};
  if (type == "avg_pool2d") attributes.set("count_include_pad", true);
  OpCase made = training_case(type + "_" + name, type, attributes, {floats(in)}, out);
  made.terms = static_cast<double>(w.kernel.h * w.kernel.w);
  return made;
}

OpCase excluding_padding(OpCase op_case) {
  op_case.name = op_case.spec.name = op_case.name + "_excluding_padding";
  op_case.spec.attributes.set("count_include_pad", false);
  return op_case;
}

// Many equal elements. The first one of a window gets the gradient.
OpCase with_ties(OpCase op_case) {
  op_case.name = op_case.spec.name = op_case.name + "_ties";
  op_case.input_fills = {{.scale = 2, .levels = 4}};
  op_case.finite_differences = false;
  return op_case;
}

std::vector<OpCase> of_type(const std::string& type) {
  return {
      pool(type, "plain", {3, 10, 6, 4}, {}),
      pool(type, "odd", {1, 3, 7, 5}, {}),
      pool(type, "one_pixel", {5, 17, 1, 1}, {.kernel = {1, 1}, .stride = {1, 1}}),
      pool(type, "overlapping", {3, 3, 7, 8}, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}),
      pool(type, "overlapping_wide", {1, 64, 4, 5}, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}),
      pool(type, "stride3", {1, 1, 9, 8}, {.kernel = {2, 3}, .stride = {3, 3}}),
      pool(type, "beyond_image", {3, 10, 2, 3}, {.kernel = {4, 5}, .stride = {1, 2}, .padding = {2, 2}}),
      pool(type, "dense", {1, 17, 5, 4}, {.kernel = {3, 2}, .stride = {1, 1}, .padding = {1, 0}}),
      evaluated(pool(type, "plain", {3, 10, 6, 4}, {})),
  };
}

OpCase adaptive(const std::string& name, const Shape& in, const ops::Size2& cells) {
  OpCase made = training_case("adaptive_avg_pool2d_" + name, "adaptive_avg_pool2d", {{"output", pair(cells)}},
                              {floats(in)}, {in[0], in[1], cells.h, cells.w});
  made.terms = static_cast<double>(in[2] * in[3]);
  return made;
}

std::vector<OpCase> pool_cases() {
  std::vector<OpCase> list = of_type("max_pool2d");
  for (const OpCase& op_case : of_type("max_pool2d")) {
    if (op_case.spec.training) list.push_back(with_ties(op_case));
  }
  for (const OpCase& op_case : of_type("avg_pool2d")) {
    list.push_back(op_case);
    list.push_back(excluding_padding(op_case));
  }
  list.push_back(adaptive("global", {3, 10, 5, 7}, {1, 1}));
  list.push_back(adaptive("global_one_pixel", {5, 17, 1, 1}, {1, 1}));
  list.push_back(adaptive("even", {1, 3, 6, 4}, {3, 2}));
  list.push_back(adaptive("uneven", {3, 17, 7, 5}, {3, 4}));
  list.push_back(adaptive("larger_than_image", {1, 1, 2, 3}, {5, 4}));
  list.push_back(evaluated(adaptive("global", {2, 64, 4, 4}, {1, 1})));
  return list;
}

const CaseList pool_list{pool_cases()};

}  // namespace
}  // namespace lehr::test
