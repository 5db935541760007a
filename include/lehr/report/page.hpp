#pragma once

#include <iosfwd>
#include <span>

#include "lehr/store/run_records.hpp"

namespace lehr::report {

/// Writes runs as one self-contained HTML page: it needs no network and no other file. The results of all
/// runs share charts; the layers are shown run by run. All text of the records is escaped. Long series are
/// thinned so that the page stays within a few megabytes; extreme values are kept.
void write_page(std::ostream& out, std::span<const store::RunRecords> runs);

}  // namespace lehr::report
