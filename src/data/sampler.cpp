#include "lehr/data/sampler.hpp"

#include <new>
#include <stdexcept>

#include "data/samplers.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

data::SamplerRegistry& sampler_registry() {
  static data::SamplerRegistry samplers({"sampler", "lehr::register_sampler"}, data::register_all_samplers);
  return samplers;
}

std::vector<std::int64_t> room_for_order(std::int64_t count) {
  const auto too_large = [count] {
    return BadInput("the order of " + counted(count, "sample") + " needs more memory than there is");
  };
  try {
    return std::vector<std::int64_t>(static_cast<std::size_t>(count));
  } catch (const std::length_error&) {
    throw too_large();
  } catch (const std::bad_alloc&) {
    throw too_large();
  }
}

}  // namespace

void register_sampler(const std::string& name, MakeSampler make) {
  if (!make) throw BadInput("the sampler " + in_quotes(name) + " needs a function that makes it");
  sampler_registry().add(name, std::move(make));
}

std::vector<std::string> sampler_names() { return sampler_registry().names(); }

std::unique_ptr<const Sampler> make_sampler(const SamplerSpec& spec, const SamplerInput& input) {
  const MakeSampler& make = sampler_registry().at(spec.name);
  Settings settings("the sampler " + spec.name, spec.settings);
  std::unique_ptr<const Sampler> made = make(input, settings);
  if (!made) throw Error("what is registered as the sampler " + in_quotes(spec.name) + " made nothing");
  settings.check_all_known();
  if (made->size() < 1) {
    throw BadInput("the sampler " + in_quotes(spec.name) + " gives no sample: expected at least 1, found " +
                   std::to_string(made->size()));
  }
  return made;
}

std::vector<std::int64_t> epoch_order(const Sampler& sampler, std::int64_t epoch) {
  std::vector<std::int64_t> order = room_for_order(sampler.size());
  sampler.order(epoch, order);
  return order;
}

}  // namespace lehr
