#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "lehr/diagnosis/diagnosis.hpp"

namespace lehr::planted {

/// A training of the corpus by its name: "rate-huge/sgd-norm", "twin/sgd-norm".
struct Job {
  std::string name;
  std::function<Training()> make;
};

/// What became of a training.
struct Judged {
  diagnosis::Findings findings;
  double accuracy = 0;       ///< of the last validation; 0 if there is none
  double train_seconds = 0;  ///< of all epochs
  double rules_seconds = 0;  ///< of the diagnosis
};

struct RunsOptions {
  std::filesystem::path folder;
  int jobs = 2;
  bool statistics = true;
  bool again = false;  ///< also trains what is recorded
};

/// The recorded trainings in a folder.
class Runs {
 public:
  explicit Runs(RunsOptions options);

  /// Trains what is missing. Says on stderr how far it is.
  void train(const std::vector<Job>& jobs);
  /// Applies all rules. Trainings that are not recorded are left out.
  std::map<std::string, Judged> judge(const std::vector<Job>& jobs) const;

 private:
  std::map<std::string, std::string> recorded() const;  ///< IDs by name
  void train_one(const Job& job) const;
  void remove(const std::vector<std::string>& ids) const;

  RunsOptions options_;
};

}  // namespace lehr::planted
