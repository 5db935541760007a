#include "faults/injected_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <sstream>
#include <thread>

#include "cli/support.hpp"

namespace lehr::test {
namespace fs = std::filesystem;
namespace {

using Variables = std::map<std::string, std::string>;

Variables variables_of(const FaultPlan& plan) {
  Variables all{
      {"LEHR_FAULT_SEED", std::to_string(plan.seed)},    {"LEHR_FAULT_KINDS", plan.kinds},
      {"LEHR_FAULT_AFTER", std::to_string(plan.after)},  {"LEHR_FAULT_THREAD", std::to_string(plan.thread)},
      {"LEHR_FAULT_RATE", fmt::format("{}", plan.rate)}, {"LEHR_FAULT_MOST", std::to_string(plan.most)}};
  if (!plan.error.empty()) all["LEHR_FAULT_ERROR"] = plan.error;
  if (!plan.plant.empty()) all["LEHR_FAULT_PLANT"] = plan.plant;
  return all;
}

void redirect(const fs::path& file, int stream) {
  dup2(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), stream);
}

/// Runs in the child and never returns.
[[noreturn]] void start(const fs::path& folder, std::vector<char*> argv, const Variables& variables,
                        const fs::path& notes) {
  redirect(notes / "out", STDOUT_FILENO);
  redirect(notes / "err", STDERR_FILENO);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  setenv("LD_PRELOAD", LEHR_FAULT_INJECTOR, 1);
  if (chdir(folder.c_str()) == 0) execv(LEHR_BINARY, argv.data());
  _exit(127);
}

/// Waits for the child's end and kills it if it hangs. The limit is generous, because the machine may be
/// busy.
int status_of(pid_t child, bool& hung) {
  constexpr auto patience = std::chrono::seconds(120);
  const auto end = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      hung = true;
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void read_log(const fs::path& file, InjectedOutcome& outcome) {
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("fault ")) outcome.faults.push_back(line.substr(6));
    if (!line.starts_with("calls ")) continue;
    std::istringstream words(line.substr(6));
    int thread = 0;
    std::string kind;
    std::uint64_t count = 0;
    words >> thread >> kind >> count;
    outcome.calls[{thread, kind}] = count;
  }
}

}  // namespace

InjectedOutcome run_with_faults(const fs::path& folder, const std::vector<std::string>& arguments,
                                const FaultPlan& plan, const fs::path& notes) {
  std::vector<std::string> words{LEHR_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Variables variables = variables_of(plan);
  variables["LEHR_FAULT_ROOT"] = folder.string();
  variables["LEHR_FAULT_JOURNAL"] = notes.string();
  variables["LEHR_FAULT_LOG"] = (notes / "log").string();

  InjectedOutcome outcome;
  const pid_t child = fork();
  if (child == 0) start(folder, argv, variables, notes);
  outcome.status = status_of(child, outcome.hung);
  outcome.out = read_file(notes / "out");
  outcome.err = read_file(notes / "err");
  read_log(notes / "log", outcome);
  return outcome;
}

std::string as_typed(const FaultPlan& plan) {
  std::string text;
  for (const auto& [name, value] : variables_of(plan)) text += name + "=" + value + " ";
  return text;
}

}  // namespace lehr::test
