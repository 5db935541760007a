#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/labs/document.hpp"
#include "lehr/labs/lab.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/study/study.hpp"

/// How labs are written: one file in labs/ for each.
namespace lehr::labs {

/// How many seeds a budget has.
std::size_t usual_seeds(Budget budget);

/// What a lab plans its studies with.
struct LabSetup {
  std::string lab;
  Budget budget = Budget::normal;
  TrainConfig base{};  ///< of all runs
  std::vector<std::uint64_t> seeds{};
  DataSplits data{};

  /// The value for the budget.
  template <class Value>
  Value pick(Value quick, Value normal, Value thorough) const {
    return budget == Budget::quick ? quick : budget == Budget::normal ? normal : thorough;
  }
  /// A study of this lab with the base configuration and the seeds. `part` tells a lab's studies apart.
  StudySpec study(const std::string& part = "") const;
  /// The network of a variant.
  Graph graph(const StudySpec& study, const StudyVariant& variant) const;
};

/// A number of a run, from its records; none if they lack it.
using RunNumber = std::function<std::optional<double>(const store::RunRecords&)>;

/// The results of a lab's studies, in the order of its plan.
class LabView {
 public:
  explicit LabView(const LabSetup& setup) : setup_(setup) {}

  const LabSetup& setup() const { return setup_; }
  const StudyResult& result(std::size_t study = 0) const { return results_.at(study); }
  std::span<const StudyResult> results() const { return results_; }
  const store::RunStore& store() const;
  void add(StudyResult result) { results_.push_back(std::move(result)); }
  /// The records of a run, without pictures.
  store::RunRecords records(const std::string& id) const;
  /// The run of that variant with the first seed. Throws Error if it is missing.
  const StudyRun& first_run(std::size_t study, std::size_t variant) const;
  /// A copy of the result with a value added to each run that has records for it.
  StudyResult with_value(const StudyResult& result, const std::string& name, const RunNumber& value) const {
    return with_values(result, {{name, value}});
  }
  /// The same for several values. Reads the records of each run once.
  StudyResult with_values(const StudyResult& result, const std::map<std::string, RunNumber>& values) const;

 private:
  const LabSetup& setup_;
  std::vector<StudyResult> results_;
  mutable std::optional<store::RunStore> store_{};  ///< opened when it is first asked for
};

/// What a lab found.
struct Evidence {
  std::vector<std::string> verdicts{};  ///< the answer, in sentences made from numbers
  std::vector<Section> sections{};
};

/// A question, and the experiment that answers it.
struct Lab {
  std::string name;
  std::string question;
  std::vector<std::string> said{};  ///< what people say
  std::string prediction{};
  std::string experiment{};  ///< what is trained and compared
  std::vector<std::string> limits{};
  std::vector<std::string> sources{};
  std::function<std::vector<StudySpec>(const LabSetup&)> studies{};
  /// Studies that need the results of the ones before, such as a model to start from. May be empty.
  std::function<std::vector<StudySpec>(const LabView&)> follow_ups{};
  std::function<Evidence(const LabView&)> evidence{};
};

class LabRegistry {
 public:
  /// `place` decides the order of all_labs().
  void add(int place, Lab lab) { labs_.emplace(place, std::move(lab)); }
  const std::multimap<int, Lab>& labs() const { return labs_; }

 private:
  std::multimap<int, Lab> labs_;
};

}  // namespace lehr::labs
