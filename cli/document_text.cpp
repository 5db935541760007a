#include "document_text.hpp"

#include <variant>

#include "text_table.hpp"

namespace lehr::cli {

std::string document_text(const labs::Document& document, std::size_t columns) {
  std::string text = document.title + "\n";
  for (const std::string& highlight : document.highlights) text += "* " + highlight + "\n";
  for (const labs::Section& section : document.sections) {
    for (const labs::Block& block : section.blocks) {
      const auto* found = std::get_if<labs::Table>(&block);
      if (found == nullptr) continue;
      std::vector<std::vector<std::string>> rows{found->header};
      rows.insert(rows.end(), found->rows.begin(), found->rows.end());
      text += "\n" + section.title + (found->caption.empty() ? "" : ": " + found->caption) + "\n" +
              table(rows, columns);
    }
  }
  return text;
}

}  // namespace lehr::cli
