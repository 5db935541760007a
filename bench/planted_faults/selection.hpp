#pragma once

#include <map>
#include <string>
#include <vector>

#include "report.hpp"
#include "runs.hpp"

namespace lehr::planted {

/// What is wanted of the corpus.
struct Wish {
  bool held_out = false;
  /// Names of faults, and "healthy" for the healthy trainings that are no twins. Empty: all.
  std::vector<std::string> faults{};
  std::vector<std::string> settings{};  ///< empty: all
};

/// Some trainings of the corpus. Faults and settings must outlive it.
class Selection {
 public:
  Selection(const std::vector<Fault>& faults, const std::vector<Setting>& settings,
            const std::vector<Healthy>& healthy, const Wish& wish);

  /// Each planted training, its twin and the others, each once.
  const std::vector<Job>& jobs() const { return jobs_; }
  /// Sorts what was found. Leaves out what is not in `judged`, which must outlive the results.
  Results results(const std::map<std::string, Judged>& judged) const;

 private:
  struct Planted {
    const Fault* fault;
    const Setting* setting;
  };
  void add(const Fault& fault, const Setting& setting);
  void add_healthy(const std::string& name, std::function<Training()> make);

  std::vector<Planted> planted_;
  std::vector<std::string> healthy_;
  std::vector<Job> jobs_;
};

}  // namespace lehr::planted
