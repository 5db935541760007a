#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

/// `lehr lab NAME`: the labs that are built in.
namespace lehr::cli {

struct LabLine {
  std::string name;  ///< of a lab; "all"; or empty: list them
  std::string data{};
  std::string model{};
  std::string budget = "normal";
  std::filesystem::path runs = "runs";
  std::string pages{};     ///< empty: labs/ in the folder of the runs
  bool markdown = false;   ///< writes Markdown too
  std::int64_t seeds = 0;  ///< 0: as many as the budget says
  int workers = 0;         ///< 0: one for each thread, at most 8
  bool json = false;
  bool quiet = false;
};

/// Runs one lab or all, writes their pages and prints the answers. Returns the exit status.
int run_labs(const LabLine& line);

/// Prints the labs and their questions.
void print_labs(bool json);

}  // namespace lehr::cli
