#include <fmt/format.h>

#include <iterator>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr::labs {
namespace {

constexpr const char* kernel_rate = "0.01";

/// The same kernels on one and on three input channels. Grey pictures become three equal channels, and colour
/// ones become grey.
StudySpec channels_study(const LabSetup& setup) {
  StudySpec study = setup.study("channels");
  for (const char* size : {"3", "5"}) {
    for (const char* channels : {"1", "3"}) {
      study.variants.push_back({fmt::format("{0}x{0} on {1}", size, counted(std::stoi(channels), "channel")),
                                {{"first-kernel", size}, {"channels-in", channels}, {"lr", kernel_rate}}});
    }
  }
  return study;
}

std::vector<StudySpec> kernel_studies(const LabSetup& setup) {
  std::vector<StudyVariant> variants;
  for (const char* size : {"3", "5", "7", "9"}) {
    variants.push_back({fmt::format("{0}x{0}", size), {{"first-kernel", size}}});
  }
  variants.push_back({"two 3x3", {{"stem-convs", "2"}}});
  variants.push_back({"three 3x3", {{"stem-convs", "3"}}});
  StudySpec study = setup.study();
  study.variants = crossed(variants, {"lr", {"0.003", kernel_rate, "0.03"}});
  study.measures = {"accuracy", "train_seconds"};
  return {study, channels_study(setup)};
}

/// What the first convolutions of a network read, hold and cost.
struct Stem {
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;
  std::int64_t reach = 0;  ///< input pixels that its output sees, per side
};

/// Sums the convolutions until the first one that halves the image.
Stem stem_of(const Graph& graph) {
  Stem stem;
  const std::vector<SummaryRow> rows = summary_rows(graph, 1);
  const std::int64_t height = rows.front().output[2];
  for (const SummaryRow& row : rows) {
    stem.parameters += row.parameters;
    stem.multiply_adds += row.multiply_adds;
    stem.reach = row.receptive_field_h;
    if (row.multiply_adds > 0 && row.output[2] < height) break;
  }
  return stem;
}

Table stems_table(const LabSetup& setup, const StudyResult& networks) {
  Table table{"The first layer (or the stack that replaces it) on this data.",
              {"first layer", "reach", "parameters", "multiply-adds", "of the network's",
               "receptive field of a score"},
              {}};
  for (const StudyVariant& variant : networks.spec.variants) {
    const Graph graph = setup.graph(networks.spec, variant);
    const std::vector<SummaryRow> rows = summary_rows(graph, 1);
    const SummaryRow total = summary_total(rows);
    const Stem stem = stem_of(graph);
    table.rows.push_back(
        {variant.name, fmt::format("{} pixels", stem.reach), std::to_string(stem.parameters),
         human_count(stem.multiply_adds),
         percent_text(static_cast<double>(stem.multiply_adds) / static_cast<double>(total.multiply_adds), 0),
         fmt::format("{} pixels", rows.back().receptive_field_h)});
  }
  return table;
}

/// Inputs and parameters for one and three input channels and 8 filters, by arithmetic.
Table inputs_table() {
  constexpr std::int64_t filters = 8;
  Table table{
      "What 8 filters read, for grey and for colour pictures. A layer whose outputs are as many as its "
      "inputs can copy them; it has to summarise only if it has clearly more inputs.",
      {"first layer", "inputs → outputs, grey", "parameters, grey", "inputs → outputs, colour",
       "parameters, colour"},
      {}};
  const auto row = [&](const std::string& name, std::int64_t kernel, std::int64_t layers) {
    std::vector<std::string> cells{name};
    for (const std::int64_t channels : {1, 3}) {
      const std::int64_t inputs = channels * kernel * kernel;
      const std::int64_t later = (layers - 1) * filters * (filters * kernel * kernel + 1);
      cells.push_back(fmt::format("{} → {}", inputs, filters));
      cells.push_back(std::to_string(filters * (inputs + 1) + later));
    }
    table.rows.push_back(std::move(cells));
  };
  for (const std::int64_t kernel : {3, 5, 7, 9}) row(fmt::format("{0}x{0}", kernel), kernel, 1);
  row("two 3x3 (reach 5)", 3, 2);
  row("three 3x3 (reach 7)", 3, 3);
  return table;
}

/// The filters of the first layer after the training, from the run's pictures.
Pictures filters_of(const LabView& view, const StudyResult& networks) {
  Pictures pictures{"The filters of the first layer after the training (first seed).", {}};
  for (std::size_t i = 0; i < networks.spec.variants.size(); ++i) {
    for (const StudyRun& run : networks.runs) {
      if (run.variant != i || run.seed != view.setup().seeds.front()) continue;
      for (const store::Picture& picture : view.store().read(run.id).pictures) {
        if (picture.kind != "filters") continue;
        pictures.items.emplace_back(networks.spec.variants[i].name, picture.png);
        break;
      }
    }
  }
  return pictures;
}

/// Parameters of a larger kernel, of one 3x3, and of the stack with its reach, in these networks.
std::string parameters_sentence(const LabSetup& setup, const StudyResult& networks) {
  const auto parameters = [&](std::size_t variant) {
    return stem_of(setup.graph(networks.spec, networks.spec.variants[variant])).parameters;
  };
  constexpr std::size_t small = 0;
  constexpr std::size_t large = 1;
  constexpr std::size_t stack = 4;
  return fmt::format(
      "The first layer has {} parameters with {}, {} with {}, and {} with {}, which reaches as far.",
      parameters(small), networks.spec.variants[small].name, parameters(large),
      networks.spec.variants[large].name, parameters(stack), networks.spec.variants[stack].name);
}

Evidence kernel_evidence(const LabView& view) {
  const LabSetup& setup = view.setup();
  const StudyResult fixed = only(view.result(), "lr", kernel_rate);
  Evidence found;
  found.sections.push_back({"What the first layer reads and costs",
                            {inputs_table(), stems_table(setup, fixed), filters_of(view, fixed)}});
  const std::vector<StudyMeasure> measures{measure_named("accuracy"), measure_named("train_seconds")};
  const StudyMeasure& accuracy = measures.front();
  found.verdicts.push_back(best_sentence(fixed, accuracy, fmt::format("Rate fixed at {}", kernel_rate)));
  found.verdicts.push_back(
      best_sentence(tuned(view.result(), "lr", accuracy).result, accuracy, "Rate tuned"));
  const StudyResult singles = picked(fixed, {0, 1, 2, 3});
  const std::vector<double> sizes{3, 5, 7, 9};
  const std::vector<study::Variant> variants = variants_of(singles, "accuracy");
  found.verdicts.push_back(trend_sentence(study::trend(sizes, variants), "accuracy", "kernel size") + ".");
  found.verdicts.push_back(parameters_sentence(setup, fixed));
  std::ranges::move(protocol_sections("First layers compared", view.result(), kernel_rate, measures),
                    std::back_inserter(found.sections));
  const StudyResult& channels = view.result(1);
  found.verdicts.push_back(best_sentence(channels, accuracy, "One against three input channels"));
  found.sections.push_back(
      outcome_section("One against three input channels", channels, {accuracy},
                      "Three equal channels add weights, but nothing that the network could see."));
  return found;
}

}  // namespace

void register_first_kernel(LabRegistry& registry) {
  Lab lab;
  lab.name = "first-kernel";
  lab.question = "Why a larger kernel in the first convolution of a simple CNN?";
  lab.said = {
      "With a 3x3 kernel on one channel, 9 inputs feed 8 outputs. The layer can nearly copy its input, so it "
      "learns little. With 5x5, 25 inputs must be summarised in 8 outputs.",
      "The first layer sees only 1 or 3 channels, so a larger kernel is cheap there.",
      "A 7x7 convolution costs 5.4 times as much as a 3x3 one, and three 3x3 convolutions can replace it "
      "(Bag of Tricks, He et al. 2018)."};
  lab.prediction =
      "5x5 should be somewhat better than 3x3. Beyond that, a larger kernel should help little: it reads the "
      "same pixels more often. The differences may be about as large as the noise of the seed, so many seeds "
      "and a large validation set are needed.";
  lab.experiment =
      "Kernels of 3, 5, 7 and 9 pixels in the first convolution, and stacks of two and three 3x3 "
      "convolutions with the reach of 5x5 and 7x7. Everything else is equal. Each network is trained with "
      "three learning rates, and compared at the fixed rate and at its own best rate. In a second study 3x3 "
      "and "
      "5x5 read one and three input channels: grey pictures become three equal channels, and colour ones "
      "become grey.";
  lab.limits = {
      "On pictures with three channels a 3x3 kernel reads 27 inputs, and the argument about copying loses "
      "its force. Three equal channels hold no more than one; run the lab on colour pictures to see what "
      "colour adds.",
      "A kernel that suits strokes of digits may not suit photos, whose first layers see finer detail.",
      "The stacks have more layers, so they also differ in depth and in the number of activations."};
  lab.sources = {
      "Howard and Gugger, Deep Learning for Coders (2020), chapter 13",
      "He et al., Bag of Tricks for Image Classification (2018), https://arxiv.org/abs/1812.01187",
      "Simonyan and Zisserman, Very Deep Convolutional Networks (2014), https://arxiv.org/abs/1409.1556"};
  lab.studies = kernel_studies;
  lab.evidence = kernel_evidence;
  registry.add(2, std::move(lab));
}

}  // namespace lehr::labs
