// Compares filters that stay, and filters that double, on generated digits.
#include <lehr/lehr.hpp>

#include <cstdio>

int main() {
  lehr::StudySpec spec;
  spec.name = "filters";
  spec.base.data = "digits:1000";
  spec.base.epochs = 1;
  spec.base.out = "study-runs";
  spec.variants = {{"keep", {{"channels", "8,8,8,8"}}}, {"double", {{"channels", "8,16,32,64"}}}};
  spec.seeds = {0, 1, 2, 3, 4};
  spec.measures = {"accuracy", "train_seconds"};

  const lehr::StudyResult result = lehr::run_study(spec);
  for (const lehr::MeasureAnalysis& one : lehr::analyse(result)) {
    for (const lehr::study::Verdict& verdict : one.verdicts) {
      std::printf("%s: %s\n", one.measure.name.c_str(), verdict.sentence.c_str());
    }
  }
}
