#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lehr/report/line_chart.hpp"
#include "report/axis.hpp"

namespace lehr::report {
namespace {

// Colours that colour-blind readers can tell apart (Okabe and Ito 2008), on light and dark backgrounds.
constexpr std::array<std::string_view, 6> colours{"#0072B2", "#D55E00", "#009E73",
                                                  "#CC79A7", "#E69F00", "#56B4E9"};

constexpr std::string_view style =
    "<style>svg{color-scheme:light dark}.bg{fill:#fff}.ink{fill:#222}.grid{stroke:#ddd}.axis{stroke:#888}"
    ".mark{stroke:#666}text{font:12px system-ui,sans-serif}.title{font-size:15px;font-weight:600}"
    "@media(prefers-color-scheme:dark){.bg{fill:#16181d}.ink{fill:#e6e6e6}.grid{stroke:#333}.axis{stroke:#"
    "888}"
    ".mark{stroke:#aaa}}</style>";

class SvgChart {
 public:
  SvgChart(const LineChart& chart, SvgSize size)
      : chart_(chart),
        axes_(axes_of(chart)),
        width_(std::max(size.width, 200)),
        height_(std::max(size.height, 150)) {}

  std::string draw() {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "role=\"img\"><title>{2}</title>{3}<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n",
        width_, height_, escaped(chart_.title), style);
    grid();
    for (std::size_t i = 0; i < chart_.bands.size(); ++i) band(chart_.bands[i], colours[i % colours.size()]);
    for (std::size_t i = 0; i < chart_.series.size(); ++i)
      line(chart_.series[i], colours[i % colours.size()]);
    markers();
    labels();
    return out_ + "</svg>\n";
  }

 private:
  static constexpr double left = 64;
  static constexpr double top = 48;
  static constexpr double bottom = 48;
  static constexpr double right = 20;

  double x(double value) const { return left + axes_.x.place(value) * (width_ - left - right); }
  double y(double value) const { return top + (1 - axes_.y.place(value)) * (height_ - top - bottom); }

  void text(double at_x, double at_y, std::string_view anchor, std::string_view what,
            std::string_view more = "") {
    out_ += fmt::format("<text class=\"ink{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                        more, at_x, at_y, anchor, escaped(what));
  }
  void rule(std::string_view kind, double x0, double y0, double x1, double y1, std::string_view more = "") {
    out_ += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"{}/>\n",
                        kind, x0, y0, x1, y1, more);
  }

  void grid() {
    for (const double tick : axes_.x.ticks(8)) {
      rule("grid", x(tick), top, x(tick), height_ - bottom);
      text(x(tick), height_ - bottom + 16, "middle", number_text(tick));
    }
    for (const double tick : axes_.y.ticks(6)) {
      rule("grid", left, y(tick), width_ - right, y(tick));
      text(left - 6, y(tick) + 4, "end", number_text(tick));
    }
    rule("axis", left, height_ - bottom, width_ - right, height_ - bottom);
    rule("axis", left, top, left, height_ - bottom);
  }

  void line(const Series& series, std::string_view colour) {
    std::string path;
    bool connected = false;
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      const bool shown = axes_.x.shows(series.x[i]) && axes_.y.shows(series.y[i]);
      if (shown)
        path += fmt::format("{}{:.1f} {:.1f}", connected ? "L" : "M", x(series.x[i]), y(series.y[i]));
      connected = shown;
    }
    if (path.empty()) return;
    out_ += fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linecap=\"round\">"
        "<title>{}</title></path>\n",
        path, colour, escaped(series.name));
  }

  void band(const Band& band, std::string_view colour) {
    std::string there;
    std::string back;
    for (std::size_t i = 0; i < std::min({band.x.size(), band.low.size(), band.high.size()}); ++i) {
      if (!axes_.x.shows(band.x[i]) || !axes_.y.shows(band.low[i]) || !axes_.y.shows(band.high[i])) continue;
      there += fmt::format("{:.1f},{:.1f} ", x(band.x[i]), y(band.high[i]));
      back.insert(0, fmt::format("{:.1f},{:.1f} ", x(band.x[i]), y(band.low[i])));
    }
    out_ +=
        fmt::format("<polygon points=\"{}{}\" fill=\"{}\" fill-opacity=\"0.2\"><title>{}</title></polygon>\n",
                    there, back, colour, escaped(band.name));
  }

  void markers() {
    double row = top + 12;
    for (const Marker& marker : chart_.markers) {
      if (!axes_.x.shows(marker.x)) continue;
      rule("mark", x(marker.x), top, x(marker.x), height_ - bottom, " stroke-dasharray=\"4 3\"");
      const bool on_the_right = x(marker.x) > width_ * 0.75;
      text(x(marker.x) + (on_the_right ? -4 : 4), row, on_the_right ? "end" : "start",
           marker.name + " " + number_text(marker.x));
      row += 15;
    }
  }

  void labels() {
    text(left, 24, "start", chart_.title, " title");
    text(left, 40, "start", chart_.y_label);
    text(width_ - right, height_ - 10, "end", chart_.x_label);
    double at = width_ - right;
    for (std::size_t i = chart_.series.size(); i-- > 0 && chart_.series.size() > 1;) {
      out_ += fmt::format("<text x=\"{:.1f}\" y=\"24\" text-anchor=\"end\" fill=\"{}\">{}</text>\n", at,
                          colours[i % colours.size()], escaped(chart_.series[i].name, 30));
      at -= 8.0 * static_cast<double>(std::min<std::size_t>(chart_.series[i].name.size(), 33)) + 14;
    }
  }

  const LineChart& chart_;
  Axes axes_;
  double width_;
  double height_;
  std::string out_;
};

}  // namespace

std::string svg(const LineChart& chart, SvgSize size) { return SvgChart(chart, size).draw(); }

}  // namespace lehr::report
