#pragma once

#include <iosfwd>
#include <span>

#include "lehr/store/run_records.hpp"

namespace lehr::report {

/// Writes runs as one HTML page that needs nothing else: no network, no other file. Results of all runs lie
/// over each other; what layers do is shown run by run. Any text in the records is shown as text, whatever it
/// holds. Long series are thinned so that the page stays a few megabytes, each kept extreme included.
void write_page(std::ostream& out, std::span<const store::RunRecords> runs);

}  // namespace lehr::report
