#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

#include "lehr/store/run_records.hpp"

namespace lehr::report {

/// Writes runs as one self-contained HTML page: it needs no network and no other file. The results of all
/// runs share charts. Runs of one variant of a study, or with one name, are a group that is shown as a mean
/// and a band. The layers are shown run by run, and one layer of all runs side by side. All text of the
/// records is escaped. Long series are thinned so that the page stays within a few megabytes; extreme values
/// are kept. A page of more than eight runs has no pictures. Read many runs with fewer statistics
/// (store::ReadOptions::most_steps). `nonce` is the attribute of the page's script, for servers whose
/// Content-Security-Policy allows that script alone.
void write_page(std::ostream& out, std::span<const store::RunRecords> runs, std::string_view nonce = {});

}  // namespace lehr::report
