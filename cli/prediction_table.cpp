#include "prediction_table.hpp"

#include <fmt/format.h>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::cli {

PredictionTable::PredictionTable(std::ostream& out, const PredictionColumns& columns)
    : out_(out), columns_(columns) {
  out_ << "image";
  if (columns_.truth) out_ << ",true";
  out_ << ",class,probability";
  for (std::size_t i = 2; i <= columns_.top; ++i) out_ << fmt::format(",class_{0},probability_{0}", i);
  if (columns_.copy) out_ << ",copy";
  if (columns_.explanation) out_ << ",explanation";
  out_ << '\n';
}

void PredictionTable::add(const Picture& picture, const Prediction& prediction) {
  out_ << csv_field(picture.name);
  if (columns_.truth) out_ << ',' << csv_field(picture.truth);
  for (std::size_t i = 0; i < columns_.top; ++i) {
    const ClassProbability& guess = prediction.guesses.at(i);
    out_ << ',' << csv_field(guess.name) << ',' << number_text(static_cast<float>(guess.probability));
  }
  if (columns_.copy) out_ << ',' << csv_field(prediction.copy.string());
  if (columns_.explanation) out_ << ',' << csv_field(prediction.explanation.string());
  out_ << '\n';
}

bool is_prediction_table(std::string_view beginning) {
  return beginning.starts_with("image,class,") || beginning.starts_with("image,true,class,");
}

}  // namespace lehr::cli
