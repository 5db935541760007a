// Looks at a data set before a training: counts, copies, pictures that cannot be read, and a page with
// pictures.
#include <lehr/lehr.hpp>

#include <cstdio>
#include <fstream>

int main() {
  const lehr::DataSplits data =
      lehr::data::digits({.train = 1000, .valid = 200});  // or open_data("folder:photos")
  const lehr::data::DataInfo info = lehr::data::info_of(data);

  for (const lehr::data::SetInfo& set : info.sets)
    std::printf("%s: %lld pictures\n", set.name.c_str(), static_cast<long long>(set.pictures->size()));
  for (const lehr::data::CopyGroup& copies : info.equal) {
    if (copies.across_sets)
      std::printf("%s is in several sets\n", info.name(copies.pictures.front()).c_str());
  }
  for (const lehr::data::UnreadablePicture& one : info.unreadable) std::printf("%s\n", one.reason.c_str());

  std::ofstream page("data.html");
  lehr::write_data_page(page, info);
}
