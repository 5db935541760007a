// Answers a question about training with an experiment on generated digits, and writes the page.
#include <lehr/lehr.hpp>

#include <cstdio>
#include <fstream>

int main() {
  lehr::labs::LabOptions options;
  options.data = "digits:4000";
  options.budget = lehr::labs::Budget::quick;
  const lehr::labs::LabResult result = lehr::labs::run_lab("widths", options);
  for (const std::string& sentence : result.page.highlights) std::puts(sentence.c_str());
  std::ofstream("widths.html") << lehr::labs::html_page(result.page);
}
