#include "faults/durable_state.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/support.hpp"

namespace lehr::test {
namespace fs = std::filesystem;
namespace {

struct Node;
using Names = std::map<std::string, Node*>;

/// A file or a folder, under any names.
struct Node {
  bool folder = false;
  Names names;                // of a folder: its current entries
  std::vector<Names> states;  // of a folder: its entries from the last flush on; the last equals `names`
  std::string flushed;        // a file's bytes that are certainly on disk
  std::string bytes;          // a file's current bytes
};

class Tree {
 public:
  explicit Tree(const fs::path& before) : root_(load(before)) {}

  void replay(const fs::path& tree, const fs::path& journal) {
    tree_ = tree;
    std::ifstream lines(journal / "journal");
    for (std::string line; std::getline(lines, line);) apply(line, journal);
    for (const auto& node : nodes_) node->bytes = node->flushed;  // for files without a name
    read_bytes(*root_, tree);
  }

  void write(const fs::path& tree, Unflushed unflushed, Rng& rng) const {
    for (const auto& entry : fs::directory_iterator(tree)) fs::remove_all(entry.path());
    write(*root_, tree, unflushed, rng);
  }

 private:
  Node* add(bool folder) {
    nodes_.push_back(std::make_unique<Node>());
    nodes_.back()->folder = folder;
    if (folder) nodes_.back()->states.emplace_back();
    return nodes_.back().get();
  }

  Node* load(const fs::path& path) {
    Node* const node = add(fs::is_directory(path));
    if (!node->folder) {
      node->flushed = read_file(path);
      return node;
    }
    for (const auto& entry : fs::directory_iterator(path)) {
      node->names[entry.path().filename().string()] = load(entry.path());
    }
    node->states = {node->names};
    return node;
  }

  Node* at(const fs::path& path) const {
    Node* node = root_;
    for (const fs::path& part : path.lexically_normal().lexically_relative(tree_)) {
      if (part == ".") continue;
      const auto found = node->names.find(part.string());
      if (found == node->names.end()) throw std::runtime_error("the journal misses " + path.string());
      node = found->second;
    }
    return node;
  }

  static void changed(Node& folder) { folder.states.push_back(folder.names); }

  static std::string rest_of(std::istream& words) {
    std::string rest;
    std::getline(words >> std::ws, rest);
    return rest;
  }

  void apply(const std::string& line, const fs::path& journal) {
    std::istringstream words(line);
    std::string what;
    char kind = 0;
    std::size_t number = 0;
    std::size_t other = 0;
    words >> what;
    if (what == "known") {
      words >> number;
      numbers_[number] = at(rest_of(words));
    } else if (what == "make") {
      words >> kind >> other >> number;
      Node& folder = *numbers_.at(other);
      folder.names[rest_of(words)] = numbers_[number] = add(kind == 'd');
      changed(folder);
    } else if (what == "move") {
      words >> number >> other;
      move(*numbers_.at(number), *numbers_.at(other), rest_of(words));
    } else if (what == "drop") {
      words >> number;
      Node& folder = *numbers_.at(number);
      folder.names.erase(rest_of(words));
      changed(folder);
    } else if (what == "sync") {
      words >> number;
      Node& folder = *numbers_.at(number);
      folder.states = {folder.names};
    } else if (what == "copy") {
      words >> number >> other;
      numbers_.at(number)->flushed = read_file(journal / std::to_string(other));
    }
  }

  static void move(Node& from, Node& to, const std::string& both) {
    const std::size_t slash = both.find('/');
    const auto found = from.names.find(both.substr(0, slash));
    if (found == from.names.end()) throw std::runtime_error("the journal misses " + both);
    Node* const node = found->second;
    from.names.erase(found);
    to.names[both.substr(slash + 1)] = node;
    changed(from);
    if (&from != &to) changed(to);
  }

  void read_bytes(Node& node, const fs::path& path) {
    if (!node.folder) node.bytes = read_file(path);
    for (const auto& [name, child] : node.names) read_bytes(*child, path / name);
  }

  static std::string mixed(const Node& file, Rng& rng) {
    constexpr std::size_t page = 4096;
    const std::string& sized = rng.below(2) == 0 ? file.flushed : file.bytes;
    std::string result(sized.size(), '\0');
    for (std::size_t at = 0; at < result.size(); at += page) {
      const std::string& source = rng.below(2) == 0 ? file.flushed : file.bytes;
      if (at >= source.size()) continue;
      const std::size_t count = std::min({page, result.size() - at, source.size() - at});
      result.replace(at, count, source, at, count);
    }
    return result;
  }

  static void write(const Node& node, const fs::path& path, Unflushed unflushed, Rng& rng) {
    if (!node.folder) {
      write_file(path, unflushed == Unflushed::kept    ? node.bytes
                       : unflushed == Unflushed::mixed ? mixed(node, rng)
                                                       : node.flushed);
      return;
    }
    fs::create_directories(path);
    const std::size_t state = unflushed == Unflushed::kept    ? node.states.size() - 1
                              : unflushed == Unflushed::mixed ? rng.below(node.states.size())
                                                              : 0;
    for (const auto& [name, child] : node.states[state]) write(*child, path / name, unflushed, rng);
  }

  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::size_t, Node*> numbers_;
  fs::path tree_;
  Node* root_;
};

}  // namespace

void crash(const fs::path& tree, const fs::path& before, const fs::path& journal, Unflushed unflushed,
           Rng& rng) {
  Tree state(before);
  state.replay(tree, journal);
  state.write(tree, unflushed, rng);
}

}  // namespace lehr::test
