#pragma once

#include <cstddef>
#include <string>

#include "lehr/labs/document.hpp"

namespace lehr::cli {

/// The title, the answer and the tables of a document. `columns` is the width of the terminal, 0 for none.
std::string document_text(const labs::Document& document, std::size_t columns);

}  // namespace lehr::cli
