// Writes the page of a data set that is hard to show: make_data_page FOLDER writes FOLDER/data.html.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/data/info.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/run/data_page.hpp"

namespace {

using lehr::Image;

/// A picture with soft shapes. Every third one is a portrait, every fifth is very narrow.
Image some_photo(std::uint64_t number) {
  Image image;
  lehr::Rng rng(number, lehr::Purpose::test);
  for (std::uint8_t& value : image.reset({3, 7, 8})) value = static_cast<std::uint8_t>(rng.below(256));
  const std::int64_t width = number % 5 == 4 ? 10 : number % 3 == 0 ? 90 : 160;
  const std::int64_t height = number % 5 == 4 ? 900 : number % 3 == 0 ? 160 : 120;
  return lehr::image::resize(image, width, height);
}

/// A thousand classes. Some have names that are long or hostile.
std::vector<std::string> class_names() {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("class " + std::to_string(i));
  names[1] = std::string(255, 'x');
  names[2] = "long name of several words ";
  for (int i = 0; i < 3; ++i) names[2] += names[2];
  names[3] = "<script>document.title = 'hacked'</script><img src=x onerror=\"document.title = 'hacked'\">";
  names[4] = "Größe 日本語";
  return names;
}

/// Two pictures of each class.
std::shared_ptr<const lehr::Dataset> set_of(std::uint64_t first) {
  std::vector<lehr::Sample> samples;
  const std::vector<std::string> names = class_names();
  for (std::uint64_t i = 0; i < 2 * names.size(); ++i) {
    const std::string file = i % 9 == 0 ? std::string(251, 'y') : std::to_string(first + i);
    samples.push_back({some_photo(first + i), static_cast<std::int64_t>(i / 2), "photos/" + file + ".png"});
  }
  samples[40].picture = samples[3].picture;
  samples[50].picture = lehr::image::resize(samples[3].picture, 80, 60);
  for (std::size_t i = 100; i < 112; ++i) samples[i].picture = some_photo(5000);  // also in the other set
  samples[120].picture.reset({5, 8, 8});  // no network takes it
  return std::make_shared<lehr::PictureDataset>(std::move(samples), names);
}

}  // namespace

int main(int /*count*/, char** arguments) {
  const std::filesystem::path folder = arguments[1];
  const lehr::DataSplits data{.source = "folder:photos/<b>&'\"",
                              .train = set_of(0),
                              .valid = set_of(10000),
                              .warnings = {"a warning with <b>markup</b>"}};
  std::ofstream out(folder / "data.html");
  lehr::write_data_page(out, lehr::data::info_of(data));
  return out.flush() ? 0 : 1;
}
