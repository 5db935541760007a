#pragma once

#include <string>

#include "labs/lab.hpp"

namespace lehr::labs {

/// Puts a lab's texts and what it found on its page.
Document page_of(const Lab& lab, const LabView& view, Evidence evidence);

/// The name of data for readers, without the folders of this machine: "mnist:digits".
std::string shown_data(const std::string& data);

}  // namespace lehr::labs
