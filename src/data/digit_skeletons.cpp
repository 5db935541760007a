#include "data/digit_skeletons.hpp"

#include <array>

namespace lehr::data {
namespace {

using Points = std::initializer_list<Point>;

Stroke straight(Points points) { return {Stroke::Kind::straight, points}; }
Stroke curved(Points points) { return {Stroke::Kind::curved, points}; }
Stroke closed(Points points) { return {Stroke::Kind::closed_curve, points}; }

using Ways = std::vector<Skeleton>;

Ways zero() {
  return {
      {closed({{.5F, 0},
               {.2F, .12F},
               {.05F, .5F},
               {.2F, .88F},
               {.5F, 1},
               {.8F, .88F},
               {.95F, .5F},
               {.8F, .12F}})},
      {curved({{.62F, .03F},
               {.25F, .12F},
               {.05F, .55F},
               {.3F, .96F},
               {.7F, .93F},
               {.95F, .5F},
               {.8F, .12F},
               {.45F, .02F}})},
      {closed({{.55F, 0}, {.25F, .25F}, {.15F, .7F}, {.4F, 1}, {.75F, .75F}, {.85F, .3F}})},
  };
}

Ways one() {
  return {
      {straight({{.5F, 0}, {.5F, 1}})},
      {straight({{.2F, .25F}, {.52F, 0}, {.52F, 1}})},
      {straight({{.22F, .22F}, {.5F, 0}, {.5F, 1}}), straight({{.18F, 1}, {.84F, 1}})},
      {curved({{.56F, 0}, {.5F, .35F}, {.46F, .7F}, {.5F, 1}})},
  };
}

Ways two() {
  return {
      {curved({{.08F, .26F}, {.28F, .04F}, {.62F, .02F}, {.84F, .24F}, {.7F, .52F}, {.36F, .8F}, {.08F, 1}}),
       straight({{.08F, 1}, {.92F, 1}})},
      {curved({{.12F, .2F},
               {.4F, 0},
               {.78F, .12F},
               {.78F, .42F},
               {.46F, .74F},
               {.14F, .96F},
               {.04F, .84F},
               {.22F, .76F},
               {.5F, .9F},
               {.74F, 1},
               {.96F, .88F}})},
      {curved({{.1F, .12F}, {.45F, 0}, {.82F, .1F}, {.74F, .4F}, {.42F, .72F}, {.1F, .97F}}),
       curved({{.1F, .97F}, {.4F, .9F}, {.66F, .98F}, {.94F, .96F}})},
  };
}

Ways three() {
  return {
      {curved({{.1F, .14F}, {.42F, 0}, {.8F, .16F}, {.68F, .4F}, {.36F, .48F}}),
       curved({{.36F, .48F}, {.76F, .56F}, {.88F, .78F}, {.52F, 1}, {.06F, .86F}})},
      {straight({{.12F, 0}, {.84F, 0}, {.42F, .42F}}),
       curved({{.42F, .42F}, {.82F, .54F}, {.86F, .84F}, {.5F, 1}, {.08F, .88F}})},
      {curved({{.14F, .1F},
               {.56F, 0},
               {.8F, .22F},
               {.5F, .46F},
               {.34F, .5F},
               {.52F, .52F},
               {.86F, .72F},
               {.6F, .98F},
               {.1F, .92F}})},
  };
}

Ways four() {
  return {
      {straight({{.26F, 0}, {.08F, .58F}, {.94F, .56F}}), straight({{.7F, .16F}, {.64F, 1}})},
      {straight({{.66F, 1}, {.66F, 0}, {.04F, .66F}, {.96F, .66F}})},
      {curved({{.14F, .02F}, {.1F, .36F}, {.3F, .52F}, {.8F, .44F}}), straight({{.86F, 0}, {.76F, 1}})},
      {straight({{.12F, .04F}, {.14F, .5F}, {.82F, .5F}}), straight({{.82F, 0}, {.82F, 1}})},
  };
}

Ways five() {
  return {
      {straight({{.86F, 0}, {.24F, 0}, {.2F, .42F}}),
       curved({{.2F, .42F}, {.56F, .36F}, {.88F, .6F}, {.76F, .92F}, {.4F, 1}, {.08F, .88F}})},
      {curved({{.88F, .04F}, {.42F, .04F}, {.22F, .28F}, {.54F, .46F}, {.86F, .7F}, {.56F, 1}, {.1F, .9F}})},
      {straight({{.26F, .04F}, {.22F, .46F}}),
       curved({{.22F, .46F}, {.6F, .4F}, {.86F, .66F}, {.62F, .96F}, {.12F, .94F}}),
       straight({{.26F, .04F}, {.92F, 0}})},
  };
}

Ways six() {
  return {
      {curved({{.76F, .02F},
               {.36F, .24F},
               {.12F, .64F},
               {.3F, .97F},
               {.7F, .95F},
               {.86F, .7F},
               {.58F, .5F},
               {.18F, .68F}})},
      {curved({{.5F, 0},
               {.2F, .36F},
               {.12F, .78F},
               {.44F, 1},
               {.84F, .84F},
               {.72F, .56F},
               {.4F, .56F},
               {.14F, .8F}})},
      {straight({{.62F, 0}, {.18F, .6F}}),
       closed({{.48F, .48F}, {.18F, .62F}, {.16F, .86F}, {.48F, 1}, {.82F, .86F}, {.8F, .6F}})},
  };
}

Ways seven() {
  return {
      {straight({{.08F, 0}, {.92F, 0}, {.4F, 1}})},
      {straight({{.08F, 0}, {.92F, 0}, {.4F, 1}}), straight({{.3F, .52F}, {.86F, .48F}})},
      {curved({{.08F, .06F}, {.45F, .03F}, {.9F, .02F}}), curved({{.9F, .02F}, {.6F, .4F}, {.46F, 1}})},
      {straight({{.06F, .2F}, {.1F, .02F}, {.9F, .02F}, {.5F, 1}})},
  };
}

Ways eight() {
  return {
      {closed({{.8F, .14F},
               {.48F, 0},
               {.18F, .2F},
               {.5F, .46F},
               {.84F, .78F},
               {.5F, 1},
               {.14F, .8F},
               {.5F, .48F}})},
      {closed({{.5F, 0}, {.22F, .1F}, {.2F, .34F}, {.5F, .46F}, {.8F, .34F}, {.78F, .1F}}),
       closed({{.5F, .46F}, {.16F, .6F}, {.14F, .88F}, {.5F, 1}, {.86F, .88F}, {.84F, .6F}})},
      {curved({{.84F, .1F},
               {.44F, .02F},
               {.22F, .24F},
               {.54F, .48F},
               {.8F, .76F},
               {.46F, 1},
               {.18F, .78F},
               {.5F, .48F},
               {.86F, .2F}})},
  };
}

Ways nine() {
  return {
      {closed({{.5F, 0}, {.2F, .1F}, {.14F, .34F}, {.44F, .5F}, {.78F, .38F}, {.84F, .12F}}),
       straight({{.84F, .1F}, {.78F, 1}})},
      {closed({{.5F, 0}, {.18F, .12F}, {.16F, .36F}, {.48F, .48F}, {.82F, .34F}, {.8F, .1F}}),
       curved({{.82F, .2F}, {.86F, .6F}, {.66F, .94F}, {.16F, .96F}})},
      {curved({{.82F, .22F}, {.5F, 0}, {.16F, .22F}, {.4F, .48F}, {.8F, .26F}, {.72F, .64F}, {.54F, 1}})},
  };
}

}  // namespace

std::span<const Skeleton> skeletons_of(int digit) {
  static const std::array<Ways, 10> all{zero(), one(), two(),   three(), four(),
                                        five(), six(), seven(), eight(), nine()};
  return all.at(static_cast<std::size_t>(digit));
}

}  // namespace lehr::data
