#include "selection.hpp"

#include <algorithm>
#include <utility>

namespace lehr::planted {
namespace {

bool wanted(const std::vector<std::string>& only, const std::string& name) {
  return only.empty() || std::ranges::find(only, name) != only.end();
}

Training healthy_twin(const Fault& fault, const Setting& setting) {
  Training training{.config = setting.config};
  if (fault.base.applies(setting.config)) fault.base.prepare(training);
  return training;
}

Training planted_fault(const Fault& fault, const Setting& setting) {
  Training training = healthy_twin(fault, setting);
  fault.plant(training);
  return training;
}

std::string planted_name(const Fault& fault, const Setting& setting) {
  return fault.name + "/" + setting.name;
}

std::string twin_name(const Fault& fault, const Setting& setting) {
  return "twin/" + (fault.base.applies(setting.config) ? fault.base.name + "/" : "") + setting.name;
}

}  // namespace

Selection::Selection(const std::vector<Fault>& faults, const std::vector<Setting>& settings,
                     const std::vector<Healthy>& healthy, const Wish& wish) {
  for (const Fault& fault : faults) {
    if (!wanted(wish.faults, fault.name)) continue;
    for (const Setting& setting : settings) {
      if (setting.held_out == wish.held_out && wanted(wish.settings, setting.name)) add(fault, setting);
    }
  }
  if (!wanted(wish.faults, "healthy")) return;
  for (const Healthy& one : healthy) {
    if (one.held_out == wish.held_out) add_healthy("healthy/" + one.name, one.make);
  }
}

void Selection::add(const Fault& fault, const Setting& setting) {
  planted_.push_back({&fault, &setting});
  jobs_.push_back({planted_name(fault, setting), [&] { return planted_fault(fault, setting); }});
  add_healthy(twin_name(fault, setting), [&] { return healthy_twin(fault, setting); });
}

void Selection::add_healthy(const std::string& name, std::function<Training()> make) {
  if (std::ranges::find(healthy_, name) != healthy_.end()) return;
  healthy_.push_back(name);
  jobs_.push_back({name, std::move(make)});
}

Results Selection::results(const std::map<std::string, Judged>& judged) const {
  const auto find = [&](const std::string& name) {
    const auto found = judged.find(name);
    return found == judged.end() ? nullptr : &found->second;
  };
  Results results;
  for (const Planted& one : planted_) {
    const PlantedResult result{.fault = one.fault,
                               .setting = one.setting,
                               .planted = find(planted_name(*one.fault, *one.setting)),
                               .twin = find(twin_name(*one.fault, *one.setting))};
    if (result.planted != nullptr && result.twin != nullptr) results.planted.push_back(result);
  }
  for (const std::string& name : healthy_) {
    if (const Judged* found = find(name)) results.healthy[name] = found;
  }
  return results;
}

}  // namespace lehr::planted
