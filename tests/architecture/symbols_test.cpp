// Includes show what a source may use; the symbols of its object file show what it uses.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "architecture/arrows.hpp"

namespace lehr::test {
namespace {

struct Symbol {
  std::string object;
  std::string module;
  std::string name;
  char type = '?';  ///< nm's letter: U for undefined; T, D, B, R for defined once
};

/// The module of "CMakeFiles/lehr_train.dir/src/train/learner.cpp.o" is "train".
std::string module_of_object(const std::string& object) {
  const std::string prefix = "lehr_";
  const std::size_t end = object.find(".dir/");
  const std::size_t start = object.rfind(prefix, end);
  if (end == std::string::npos || start == std::string::npos) return "";
  return object.substr(start + prefix.size(), end - start - prefix.size());
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  char buffer[4096];
  while (pipe && std::fgets(buffer, sizeof buffer, pipe.get()) != nullptr) text += buffer;
  return text;
}

std::vector<Symbol> symbols() {
  std::istringstream lines(output_of("xargs nm --print-file-name --portability < " LEHR_OBJECT_FILES));
  std::vector<Symbol> found;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    Symbol symbol;
    symbol.object = line.substr(0, colon);
    symbol.module = module_of_object(symbol.object);
    std::istringstream rest(line.substr(colon + 2));
    if (rest >> symbol.name >> symbol.type) found.push_back(symbol);
  }
  return found;
}

/// The modules that define a symbol. Inline functions (weak symbols) are not counted, because each user has a
/// copy.
std::map<std::string, Names> homes_of(const std::vector<Symbol>& symbols) {
  std::map<std::string, Names> homes;
  for (const Symbol& symbol : symbols) {
    if (std::string("TDBR").find(symbol.type) != std::string::npos) homes[symbol.name].insert(symbol.module);
  }
  return homes;
}

bool may_use(const std::string& module, const Names& homes) {
  for (const std::string& home : homes) {
    if (home == module || allowed_modules().at(module).contains(home)) return true;
  }
  return false;
}

TEST(Symbols, OfAnObjectAreDefinedInModulesThatItMayUse) {
  const std::vector<Symbol> all = symbols();
  const std::map<std::string, Names> homes = homes_of(all);
  std::size_t checked = 0;
  for (const Symbol& symbol : all) {
    const auto home = homes.find(symbol.name);
    if (symbol.type != 'U' || home == homes.end()) continue;
    ASSERT_TRUE(allowed_modules().contains(symbol.module)) << symbol.object;
    EXPECT_TRUE(may_use(symbol.module, home->second))
        << symbol.object << " needs " << symbol.name << " of " << *home->second.begin();
    ++checked;
  }
  EXPECT_GT(checked, 1000U);
}

}  // namespace
}  // namespace lehr::test
