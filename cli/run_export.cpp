#include "run_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <span>

#include "lehr/core/error.hpp"
#include "lehr/core/tensor_stats.hpp"
#include "lehr/core/text.hpp"
#include "metric_names.hpp"
#include "text_table.hpp"

namespace lehr::cli {
namespace {

using store::Value;

/// One row per channel, with the shares of its values.
std::string channels_query() {
  std::string shares;
  for (const ChannelField& field : channel_fields) {
    shares += fmt::format(", 1.0 * count_at({0}, channel.key) / channel_values AS {0}", field.name);
  }
  return "SELECT steps.step, steps.epoch, steps.batch, steps.training, layers.name AS layer, tensor, "
         "channel.key AS channel, channel_values AS count" +
         shares +
         " FROM channel_stats JOIN json_each(counts(zero)) AS channel JOIN steps ON steps.id = step_id "
         "JOIN runs ON runs.id = steps.run JOIN layers ON layers.run = steps.run AND layers.number = layer "
         "WHERE runs.name = {} ORDER BY steps.step, steps.training DESC, steps.batch, layers.number, tensor, "
         "channel.key";
}

const std::map<std::string, std::string>& queries() {
  static const std::map<std::string, std::string> all{
      {"channels", channels_query()},
      {"steps",
       "SELECT step, epoch, batch, training, loss, lr, momentum FROM steps JOIN runs ON runs.id = steps.run "
       "WHERE runs.name = {} ORDER BY step, training DESC, batch"},
      {"epochs",
       "SELECT epoch, train_loss, train_accuracy, valid_loss, valid_accuracy, lr, train_seconds, "
       "valid_seconds{metrics} FROM "
       "epochs JOIN runs ON runs.id = epochs.run WHERE runs.name = {} ORDER BY epoch"},
      {"stats",
       "SELECT * FROM layer_stats WHERE run = {} ORDER BY step, training DESC, batch, layer, tensor"},
      {"histograms",
       "SELECT steps.step, steps.epoch, steps.batch, steps.training, layers.name AS layer, tensor, "
       "counts(magnitudes) AS magnitudes, counts(signed) AS signed, signed_exponent FROM stats JOIN steps ON "
       "steps.id = step_id JOIN runs ON runs.id = steps.run JOIN layers ON layers.run = steps.run AND "
       "layers.number = layer WHERE runs.name = {} ORDER BY steps.step, steps.training DESC, steps.batch, "
       "layers.number, tensor"},
      {"layers",
       "SELECT layers.number, layers.name, type, shape, layers.parameters, flops, receptive_field, bytes, "
       "forward_seconds, backward_seconds, inputs FROM layers JOIN runs ON runs.id = layers.run WHERE "
       "runs.name = {} "
       "ORDER BY layers.number"}};
  return all;
}

std::string quoted(const std::string& text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) quoted.append(c == quote ? 2 : 1, c);
  return quoted + quote;
}

std::string sql_text(const std::string& text) { return quoted(text, '\''); }

/// One column for each metric other than loss and accuracy: ", (SELECT ...) AS "valid_auroc"".
std::string metric_columns(const std::vector<store::EpochRow>& epochs) {
  std::set<std::string> names;
  for (const store::EpochRow& epoch : epochs) {
    for (const auto& [name, value] : epoch.metrics) names.insert(name);
  }
  std::string columns;
  for (const std::string& name : names) {
    columns += fmt::format(
        ", (SELECT value FROM metrics WHERE metrics.run = epochs.run AND metrics.epoch = epochs.epoch "
        "AND metrics.name = {}) AS {}",
        sql_text(name), quoted(metric_key(name), '"'));
  }
  return columns;
}

std::string text_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value))
    return std::isfinite(*real) ? fmt::format("{}", *real) : "";
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

nlohmann::ordered_json json_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) {
    return std::isfinite(*real) ? nlohmann::ordered_json(*real) : nlohmann::ordered_json();
  }
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? nlohmann::ordered_json() : nlohmann::ordered_json(*text);
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i > 0 ? "," : "") + csv_field(fields[i]);
  return line + '\n';
}

void write_json(std::ostream& out, std::span<const std::string> names, std::span<const Value> values) {
  nlohmann::ordered_json object;
  for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = json_of(values[i]);
  out << object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

/// Throws BadInput if two columns have the same name, because an object can have each key only
/// once.
void check_keys(std::vector<std::string> columns) {
  std::ranges::sort(columns);
  const auto twice = std::ranges::adjacent_find(columns);
  if (twice == columns.end()) return;
  throw BadInput("two columns are called " + in_quotes(*twice) +
                 "; JSON needs a name for each: give them with AS, or use --format csv");
}

}  // namespace

RowFormat row_format_by_name(const std::string& name) {
  if (name == "csv") return RowFormat::csv;
  if (name == "jsonl") return RowFormat::jsonl;
  if (name == "table") return RowFormat::table;
  throw unknown_name("format", name, std::vector<std::string>{"csv", "jsonl", "table"});
}

bool is_export(std::string_view beginning, RowFormat format, std::span<const std::string> columns) {
  const std::string_view line = beginning.substr(0, beginning.find('\n'));
  if (format == RowFormat::csv) return beginning.starts_with(csv_line(columns));
  std::size_t at = 0;
  for (const std::string& column : columns) {
    const std::string name = format == RowFormat::jsonl ? nlohmann::json(column).dump() + ":" : column;
    at = line.find(name, at);
    if (at == std::string_view::npos) return false;
    at += name.size();
  }
  return true;
}

void write_rows(const store::RunStore& store, const std::string& sql, RowFormat format, std::ostream& out) {
  const std::vector<std::string> header = store.columns(sql);
  if (format == RowFormat::jsonl) check_keys(header);
  // Rows of the table format; its widths depend on all of them.
  std::vector<std::vector<std::string>> rows;
  if (format == RowFormat::csv) out << csv_line(header);
  store.query(sql, [&](std::span<const std::string> names, std::span<const Value> values) {
    if (format == RowFormat::jsonl) {
      write_json(out, names, values);
      return static_cast<bool>(out);
    }
    std::vector<std::string> fields;
    for (const Value& value : values) fields.push_back(text_of(value));
    if (format == RowFormat::csv) {
      out << csv_line(fields);
    } else {
      if (rows.empty()) rows.push_back(header);
      for (std::string& field : fields) field = printable(field, 60);
      rows.push_back(std::move(fields));
    }
    return static_cast<bool>(out);
  });
  out << table(rows);
}

std::vector<std::string> export_tables() {
  std::vector<std::string> names;
  for (const auto& [name, query] : queries()) names.push_back(name);
  return names;
}

std::string export_sql(const store::RunStore& store, const std::string& table, const std::string& run) {
  const auto found = queries().find(table);
  if (found == queries().end()) throw unknown_name("table", table, export_tables());
  std::string sql = found->second;
  sql.replace(sql.find("{}"), 2, sql_text(run));
  if (const std::size_t at = sql.find("{metrics}"); at != std::string::npos) {
    sql.replace(at, std::string_view("{metrics}").size(), metric_columns(store.epochs(run)));
  }
  return sql;
}

}  // namespace lehr::cli
