#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr::labs {
namespace {

const std::vector<std::string> width_rules{"double", "keep", "sqrt2", "2.5", "quadruple"};
constexpr const char* widths_rate = "0.01";

std::string name_of_rule(const std::string& rule) { return rule == "2.5" ? "times 2.5" : rule; }

/// What networks are made equal in.
enum class Cost { multiply_adds, parameters };

double cost_of(const LabSetup& setup, const StudySpec& study, const StudyVariant& variant, Cost cost) {
  const SummaryRow total = summary_total(summary_rows(setup.graph(study, variant), 1));
  return static_cast<double>(cost == Cost::multiply_adds ? total.multiply_adds : total.parameters);
}

StudyVariant variant_with(const std::string& rule, std::int64_t base) {
  return {name_of_rule(rule), {{"widths", rule}, {"base-width", std::to_string(base)}}};
}

/// The variant of a rule whose cost is closest to the target. Cost rises with the base width.
StudyVariant variant_of_cost(const LabSetup& setup, const StudySpec& study, const std::string& rule,
                             Cost cost, double target) {
  constexpr std::int64_t widest = 1024;
  StudyVariant best = variant_with(rule, 1);
  double best_distance = std::numeric_limits<double>::infinity();
  for (std::int64_t base = 1; base <= widest; ++base) {
    StudyVariant variant = variant_with(rule, base);
    const double distance = std::log(cost_of(setup, study, variant, cost) / target);
    if (std::abs(distance) < best_distance) {
      best_distance = std::abs(distance);
      best = std::move(variant);
    }
    if (distance > 0) break;
  }
  return best;
}

StudySpec widths_study(const LabSetup& setup, Cost cost) {
  StudySpec study = setup.study(cost == Cost::multiply_adds ? "flops" : "parameters");
  const StudyVariant own{"double", {{"widths", "double"}}};
  const double target = cost_of(setup, study, own, cost);
  std::vector<StudyVariant> variants;
  for (const std::string& rule : width_rules) {
    variants.push_back(variant_of_cost(setup, study, rule, cost, target));
  }
  study.variants = crossed(variants, {"lr", {"0.003", widths_rate, "0.03"}});
  study.measures = {"accuracy", "train_seconds"};
  return study;
}

std::vector<StudySpec> widths_studies(const LabSetup& setup) {
  return {widths_study(setup, Cost::multiply_adds), widths_study(setup, Cost::parameters)};
}

/// The layers that compute, without activations and reshapes.
std::vector<SummaryRow> costly_rows(const Graph& graph) {
  std::vector<SummaryRow> rows = summary_rows(graph, 1);
  std::erase_if(rows, [](const SummaryRow& row) { return row.multiply_adds == 0; });
  return rows;
}

std::string widths_text(const std::vector<SummaryRow>& rows) {
  std::string text;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(rows[i].output[1]);
  }
  return text;
}

Table totals_table(const LabSetup& setup, const StudyResult& networks, const std::string& caption) {
  Table table{caption,
              {"rule", "filters", "parameters", "multiply-adds", "activations", "work in the first half"},
              {}};
  for (const StudyVariant& variant : networks.spec.variants) {
    const Graph graph = setup.graph(networks.spec, variant);
    const std::vector<SummaryRow> rows = costly_rows(graph);
    const SummaryRow total = summary_total(summary_rows(graph, 1));
    double first_half = 0;
    std::int64_t outputs = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (2 * i < rows.size()) first_half += rows[i].flops_share;
      outputs += rows[i].output.numel();
    }
    table.rows.push_back({variant.name, widths_text(rows), human_count(total.parameters),
                          human_count(total.multiply_adds), human_count(outputs),
                          percent_text(first_half, 0)});
  }
  return table;
}

Figure work_figure(const LabSetup& setup, const StudyResult& networks) {
  report::LineChart chart{
      .title = "Multiply-adds of each layer", .x_label = "layer", .y_label = "multiply-adds"};
  chart.log_y = true;
  for (const StudyVariant& variant : networks.spec.variants) {
    report::Series line{.name = variant.name, .dots = true};
    for (const SummaryRow& row : costly_rows(setup.graph(networks.spec, variant))) {
      line.x.push_back(static_cast<double>(line.x.size() + 1));
      line.y.push_back(static_cast<double>(row.multiply_adds));
    }
    chart.series.push_back(std::move(line));
  }
  return {chart,
          "A stride-2 convolution quarters the positions. Doubling the filters multiplies the work at each "
          "position by four, so the line of double is nearly level: most layers do about the same work."};
}

Table layers_table(const LabSetup& setup, const StudyResult& networks) {
  Table table{"The layers of double and of keep.",
              {"layer", "output of double", "parameters", "multiply-adds", "output of keep", "parameters",
               "multiply-adds", "receptive field"},
              {}};
  const std::vector<SummaryRow> twice = costly_rows(setup.graph(networks.spec, networks.spec.variants[0]));
  const std::vector<SummaryRow> same = costly_rows(setup.graph(networks.spec, networks.spec.variants[1]));
  for (std::size_t i = 0; i < std::min(twice.size(), same.size()); ++i) {
    table.rows.push_back({twice[i].name, twice[i].output.str(), human_count(twice[i].parameters),
                          human_count(twice[i].multiply_adds), same[i].output.str(),
                          human_count(same[i].parameters), human_count(same[i].multiply_adds),
                          fmt::format("{} pixels", twice[i].receptive_field_h)});
  }
  return table;
}

Evidence widths_evidence(const LabView& view) {
  const LabSetup& setup = view.setup();
  const StudyResult flops = only(view.result(0), "lr", widths_rate);
  const StudyResult parameters = only(view.result(1), "lr", widths_rate);
  Evidence found;
  found.sections.push_back({"Where the work is",
                            {totals_table(setup, flops, "Networks with equal multiply-adds."),
                             totals_table(setup, parameters, "Networks with equal parameters."),
                             work_figure(setup, flops), layers_table(setup, flops)}});
  const std::vector<StudyMeasure> measures{measure_named("accuracy"), measure_named("train_seconds")};
  const std::array<std::string, 2> titles{"Equal multiply-adds", "Equal parameters"};
  for (std::size_t i = 0; i < titles.size(); ++i) {
    found.verdicts.push_back(best_sentence(tuned(view.result(i), "lr", measures[0]).result, measures[0],
                                           titles[i] + ", rate tuned"));
    std::ranges::move(protocol_sections(titles[i], view.result(i), widths_rate, measures),
                      std::back_inserter(found.sections));
  }
  return found;
}

}  // namespace

void register_widths(LabRegistry& registry) {
  Lab lab;
  lab.name = "widths";
  lab.question = "Why double the filters after each stride-2 convolution?";
  lab.said = {
      "A stride-2 convolution halves height and width. If the number of filters doubles, the work of a layer "
      "stays about the same, and the activations only halve.",
      "If the number of filters stays, the network loses three quarters of its activations at every such "
      "convolution, and information with them.",
      "RegNet's search over thousands of networks found that good ones multiply the widths by about 2.5 for "
      "each stage (Radosavovic et al. 2020); 2 is close."};
  lab.prediction =
      "At equal multiply-adds, doubling should be as good as any rule or better. At equal parameters, rules "
      "that widen less get more filters in the early, large layers, so they do more work; this should favour "
      "them. A fair answer needs both.";
  lab.experiment =
      "Five rules for the filters: keep, times √2, double, times 2.5 and quadruple. The first width of each "
      "network is chosen so that all networks have equal multiply-adds in the first study, and equal "
      "parameters in the second, as nearly as whole numbers of filters allow. Each network is trained with "
      "three learning rates. It is compared at the "
      "fixed rate and at its own best rate.";
  lab.limits = {
      "Widths are whole numbers, so the costs of narrow networks are equal only roughly. The tables show "
      "them.",
      "A network this small may have more filters than the data needs. Then all rules are equally good.",
      "Multiply-adds are not time: wide layers on small images run faster for each multiply-add than narrow "
      "ones on large images. The tables show the measured time."};
  lab.sources = {
      "Howard and Gugger, Deep Learning for Coders (2020), chapter 13",
      "Radosavovic et al., Designing Network Design Spaces (2020), https://arxiv.org/abs/2003.13678",
      "Simonyan and Zisserman, Very Deep Convolutional Networks (2014), https://arxiv.org/abs/1409.1556"};
  lab.studies = widths_studies;
  lab.evidence = widths_evidence;
  registry.add(1, std::move(lab));
}

}  // namespace lehr::labs
