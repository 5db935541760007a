#include "cli/support.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace lehr::test {
namespace {

void redirect(const std::filesystem::path& file, int stream) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  dup2(descriptor, stream);
}

void limit_file_size(std::int64_t bytes) {
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xff);
  return bytes;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "lehr-cli-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::contents() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    names.push_back(entry.path().lexically_relative(path_).string());  // of a link itself
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<nlohmann::json> Outcome::events() const {
  std::vector<nlohmann::json> events;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    events.push_back(nlohmann::json::parse(line, nullptr, false));
    EXPECT_TRUE(events.back().is_object()) << line;
  }
  return events;
}

nlohmann::json Outcome::event(const std::string& name) const {
  for (const nlohmann::json& event : events()) {
    if (event.value("event", "") == name) return event;
  }
  ADD_FAILURE() << "no event " << name << " in: " << out << err;
  return nlohmann::json::object();
}

namespace {

std::vector<std::string> with_program(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{LEHR_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

Running::Running(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                 std::int64_t file_size_limit)
    : Running(folder, Words{with_program(arguments)}, file_size_limit) {}

Running Running::script(const std::filesystem::path& folder, const std::string& text) {
  return {folder, Words{{"/bin/sh", "-c", text}}, 0};
}

Running::Running(const std::filesystem::path& folder, Words words, std::int64_t file_size_limit) {
  std::vector<char*> argv;
  for (std::string& word : words.all) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::filesystem::path out = streams_.path() / "out";
  const std::filesystem::path err = streams_.path() / "err";
  child_ = fork();
  if (child_ != 0) return;
  // If the tests run in the background, signals may be ignored, and the command would inherit that.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) std::signal(number, SIG_DFL);
  redirect(out, STDOUT_FILENO);
  redirect(err, STDERR_FILENO);
  if (chdir(folder.c_str()) != 0) _exit(127);
  if (file_size_limit > 0) limit_file_size(file_size_limit);
  setenv("LEHR", LEHR_BINARY, 1);
  execv(argv.front(), argv.data());
  _exit(127);
}

Running::~Running() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void Running::signal(int number) const { kill(child_, number); }

bool Running::wait_for_output(const std::string& text) {
  constexpr int tries = 3000;
  for (int i = 0; i < tries; ++i) {
    if (read_file(streams_.path() / "out").find(text) != std::string::npos) return true;
    siginfo_t state{};
    if (waitid(P_PID, static_cast<id_t>(child_), &state, WEXITED | WNOHANG | WNOWAIT) != 0) return false;
    if (state.si_pid != 0) return read_file(streams_.path() / "out").find(text) != std::string::npos;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool Running::wait_until_caught(int signal) {
  constexpr int tries = 3000;
  const std::string key = "SigCgt:\t";
  for (int i = 0; i < tries; ++i) {
    const std::string status = read_file("/proc/" + std::to_string(child_) + "/status");
    const std::size_t at = status.find(key);
    if (at == std::string::npos) return false;
    const std::uint64_t caught = std::stoull(status.substr(at + key.size(), 16), nullptr, 16);
    if ((caught >> static_cast<unsigned>(signal - 1) & 1U) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Outcome Running::wait() {
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_file(streams_.path() / "out"), read_file(streams_.path() / "err")};
}

Outcome run(const std::filesystem::path& folder, const std::vector<std::string>& arguments) {
  return Running(folder, arguments).wait();
}

Outcome run_script(const std::filesystem::path& folder, const std::string& text) {
  return Running::script(folder, text).wait();
}

std::string trained_run(const std::filesystem::path& folder, std::vector<std::string> options) {
  options.insert(options.begin(), {"train", "--data", "digits:200", "--epochs", "2", "--json", "--quiet"});
  const Outcome outcome = run(folder, options);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return outcome.event("done")["run"];
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_idx(const std::filesystem::path& folder, int count, int height, int width) {
  const auto n = static_cast<std::uint32_t>(count);
  std::string images = big_endian(0x803) + big_endian(n) + big_endian(static_cast<std::uint32_t>(height)) +
                       big_endian(static_cast<std::uint32_t>(width));
  std::string labels = big_endian(0x801) + big_endian(n);
  for (int i = 0; i < count; ++i) {
    labels += static_cast<char>(i % 10);
    for (int pixel = 0; pixel < height * width; ++pixel)
      images += static_cast<char>((i * 7 + pixel * 13) % 251);
  }
  for (const std::string set : {"train", "t10k"}) {
    write_file(folder / (set + "-images-idx3-ubyte"), images);
    write_file(folder / (set + "-labels-idx1-ubyte"), labels);
  }
}

}  // namespace lehr::test
