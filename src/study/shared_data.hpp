#pragma once

#include <mutex>
#include <vector>

#include "lehr/data/data.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::study {

/// Opens data for the runs of a study, which would otherwise open the same sets again and again. It keeps
/// the sets that were used last. Several threads may use it.
class SharedData {
 public:
  /// As data::open_data.
  DataSplits open(const data::DataRequest& request);

 private:
  /// A study may compare many sets, and they may be large.
  static constexpr std::size_t most = 4;

  struct Opened {
    data::DataRequest request;
    DataSplits splits;
  };
  std::mutex mutex_;            ///< protects the list; held while data is opened, so that it is opened once
  std::vector<Opened> opened_;  ///< the one that was used last at the end
};

}  // namespace lehr::study
