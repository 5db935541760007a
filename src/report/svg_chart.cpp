#include <fmt/format.h>

#include <algorithm>

#include "lehr/report/line_chart.hpp"
#include "report/axis.hpp"
#include "report/svg_canvas.hpp"

namespace lehr::report {
namespace {

class SvgChart {
 public:
  SvgChart(const LineChart& chart, SvgSize size)
      : chart_(chart), axes_(axes_of(chart)), canvas_(size, chart.title) {}

  std::string draw() && {
    std::vector<std::string> names;
    for (const Series& series : chart_.series) names.push_back(series.name);
    const double below_legend = canvas_.legend(names, left, title_bottom);
    top_ = below_legend + 26;
    canvas_.text(12, below_legend + 16, "start", chart_.y_label);
    grid();
    for (std::size_t i = 0; i < chart_.bands.size(); ++i) band(chart_.bands[i], pen_of(i));
    for (std::size_t i = 0; i < chart_.series.size(); ++i) line(chart_.series[i], pen_of(i));
    markers();
    canvas_.text(canvas_.width() - right, canvas_.height() - 8, "end", chart_.x_label);
    return std::move(canvas_).finish();
  }

 private:
  static constexpr double left = 64;
  static constexpr double title_bottom = 26;
  static constexpr double bottom = 44;
  static constexpr double right = 20;

  double x(double value) const { return left + axes_.x.place(value) * (canvas_.width() - left - right); }
  double y(double value) const { return top_ + (1 - axes_.y.place(value)) * (base() - top_); }
  double base() const { return canvas_.height() - bottom; }
  double end() const { return canvas_.width() - right; }

  void grid() {
    for (const double tick : axes_.x.ticks(8)) {
      canvas_.line("grid", x(tick), top_, x(tick), base());
      canvas_.text(x(tick), base() + 16, "middle", number_text(tick));
    }
    for (const double tick : axes_.y.ticks(6)) {
      canvas_.line("grid", left, y(tick), end(), y(tick));
      canvas_.text(left - 6, y(tick) + 4, "end", number_text(tick));
    }
    canvas_.line("axis", left, base(), end(), base());
    canvas_.line("axis", left, top_, left, base());
  }

  void line(const Series& series, SvgPen pen) {
    std::string path;
    bool connected = false;
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      const bool shown = axes_.x.shows(series.x[i]) && axes_.y.shows(series.y[i]);
      if (shown)
        path += fmt::format("{}{:.1f} {:.1f}", connected ? "L" : "M", x(series.x[i]), y(series.y[i]));
      if (shown && series.dots) {
        canvas_.dot(
            x(series.x[i]), y(series.y[i]), 3.5, pen.colour, 1,
            fmt::format("{}: {}, {}", series.name, number_text(series.x[i]), number_text(series.y[i])));
      }
      connected = shown;
    }
    if (path.empty() || !series.line) return;
    canvas_.raw(fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linecap=\"round\"{}>"
        "<title>{}</title></path>\n",
        path, pen.colour, pen.dashed ? " stroke-dasharray=\"5 4\"" : "", escaped(series.name)));
  }

  void band(const Band& band, SvgPen pen) {
    std::string there;
    std::string back;
    for (std::size_t i = 0; i < std::min({band.x.size(), band.low.size(), band.high.size()}); ++i) {
      if (!axes_.x.shows(band.x[i]) || !axes_.y.shows(band.low[i]) || !axes_.y.shows(band.high[i])) continue;
      there += fmt::format("{:.1f},{:.1f} ", x(band.x[i]), y(band.high[i]));
      back.insert(0, fmt::format("{:.1f},{:.1f} ", x(band.x[i]), y(band.low[i])));
    }
    canvas_.raw(
        fmt::format("<polygon points=\"{}{}\" fill=\"{}\" fill-opacity=\"0.2\"><title>{}</title></polygon>\n",
                    there, back, pen.colour, escaped(band.name)));
  }

  void markers() {
    double row = top_ + 12;
    for (const Marker& marker : chart_.markers) {
      if (!axes_.x.shows(marker.x)) continue;
      canvas_.line("mark", x(marker.x), top_, x(marker.x), base(), true);
      const bool on_the_right = x(marker.x) > canvas_.width() * 0.75;
      canvas_.text(x(marker.x) + (on_the_right ? -4 : 4), row, on_the_right ? "end" : "start",
                   marker.name + " " + number_text(marker.x));
      row += 15;
    }
  }

  const LineChart& chart_;
  Axes axes_;
  SvgCanvas canvas_;
  double top_ = 0;
};

}  // namespace

std::string svg(const LineChart& chart, SvgSize size) { return SvgChart(chart, size).draw(); }

}  // namespace lehr::report
