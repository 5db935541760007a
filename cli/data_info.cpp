#include "data_info.hpp"

#include <cstdio>
#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "config_options.hpp"
#include "data_info_text.hpp"
#include "interrupt.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/info.hpp"
#include "lehr/run/data_page.hpp"
#include "lehr/run/output_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/atomic_file.hpp"
#include "measuring.hpp"
#include "output.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* info_examples = R"(Examples:
  lehr data info folder:photos
  lehr data info folder:photos.tar --valid-share 0.1 --page photos.html
  lehr data info csv:list.csv --json

Equal pictures have the same pixels. Similar ones are copies at another size, quality or brightness; mirrored,
rotated and cropped copies are not found. Copies across sets make a validation too good, and copies with
different labels contradict each other.)";

struct InfoCommand {
  InfoCommand() { config.cache = "off"; }  // each picture is read once

  TrainConfig config;  ///< only the data, how it is divided, the input and threads
  std::filesystem::path page;
  std::int64_t list = 10;
  bool json = false;
};

DataSplits open(const TrainConfig& config) {
  data::DataRequest request = data_request(config);
  request.quick_check = false;
  return data::open_data(request);
}

int run_info(const InfoCommand& command) {
  if (!command.page.empty()) check_replaceable({"--page", command.page}, FileKind::page);
  SignalWatch watch;
  const DataSplits data = open(command.config);
  const OnFailure warn = warnings(false, false);
  for (const std::string& warning : data.warnings) warn(warning);
  data::InfoOptions options{.input = input_of(command.config, data),
                            .most_pixels = data_request(command.config).most_pixels};
  if (is_terminal(2)) options.progress = show_measuring("reading");
  options.cancelled = [&watch] { return watch.received(); };
  watch.allow_polling();
  const data::DataInfo info = data::info_of(data, options);
  if (info.cancelled) {
    std::fprintf(stderr, "%slehr: interrupted\n", is_terminal(2) ? "\n" : "");
    return interrupted_status;
  }
  if (!command.page.empty()) {
    store::write_file_atomically(command.page, [&](std::ostream& out) { write_data_page(out, info); });
  }
  if (command.json) {
    nlohmann::ordered_json object = as_json(info);
    if (!command.page.empty()) object["page"] = command.page.string();
    print_json(object);
  } else {
    std::cout << as_text(info, static_cast<std::size_t>(command.list));
    if (!command.page.empty()) std::cout << command.page.string() << '\n';
  }
  return 0;
}

}  // namespace

void add_data_info(Commands& registry, Command& group) {
  const auto command = std::make_shared<InfoCommand>();
  Command info = registry.add(
      "info", "Read all pictures, and say what is in them and what is wrong with them.", info_examples,
      [command] { return run_info(*command); }, &group);
  info.option("DATA", command->config.data, "the data, as for --data of lehr train").required();
  for (const char* key : {"data-seed", "valid-share", "test-share", "group", "image-size", "fit", "filter",
                          "background", "channels-in", "max-megapixels", "threads"}) {
    add_field(info, shared_fields(), key, command->config);
  }
  add_file(info, "--page", command->page, "write a page (HTML) with pictures");
  add_integer(info, "--list", command->list, {1, 1'000'000},
              "number of classes, groups and unreadable pictures to list");
  info.flag("--json", command->json, "print one JSON object on stdout, with all of them");
}

}  // namespace lehr::cli
