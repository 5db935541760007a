#include "report/svg_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/axis.hpp"

namespace lehr::report {
namespace {

// Colours that colour-blind readers can tell apart (Okabe and Ito 2008), on light and dark backgrounds.
constexpr std::array<std::string_view, 6> colours{"#0072B2", "#D55E00", "#009E73",
                                                  "#CC79A7", "#E69F00", "#56B4E9"};

constexpr std::string_view style =
    "<style>svg{color-scheme:light dark}.bg{fill:#fff}.ink{fill:#222}.grid{stroke:#ddd}.axis{stroke:#888}"
    ".mark{stroke:#666}svg text{font:12px system-ui,sans-serif}svg .title{font-size:15px;font-weight:600}"
    "@media screen and (prefers-color-scheme:dark){.bg{fill:#16181d}.ink{fill:#e6e6e6}.grid{stroke:#333}"
    ".axis{stroke:#888}.mark{stroke:#aaa}}</style>";

constexpr std::size_t longest_name = 40;

/// The width of a text in the style's font, estimated, since fonts differ.
double width_of(std::string_view text) {
  const auto characters = std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
  return 6.6 * static_cast<double>(characters);
}

}  // namespace

SvgPen pen_of(std::size_t index) {
  return {colours[index % colours.size()], index / colours.size() % 2 == 1};
}

SvgCanvas::SvgCanvas(SvgSize size, std::string_view title)
    : width_(std::max(size.width, 200)), height_(std::max(size.height, 150)) {
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\"><title>{2}</title>{3}<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n"
      "<text class=\"ink title\" x=\"12\" y=\"22\">{2}</text>\n",
      width_, height_, escaped(title), style);
}

void SvgCanvas::text(double x, double y, std::string_view anchor, std::string_view what) {
  out_ += fmt::format("<text class=\"ink\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                      anchor, escaped(what));
}

void SvgCanvas::line(std::string_view kind, double x0, double y0, double x1, double y1, bool dashed) {
  out_ += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"{}/>\n",
                      kind, x0, y0, x1, y1, dashed ? " stroke-dasharray=\"4 3\"" : "");
}

void SvgCanvas::dot(double x, double y, double radius, std::string_view colour, double opacity,
                    std::string_view tip) {
  out_ += fmt::format(
      "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\" "
      "fill-opacity=\"{}\"><title>{}</title></circle>\n",
      x, y, radius, colour, opacity, escaped(tip));
}

double SvgCanvas::legend(const std::vector<std::string>& names, double left, double y) {
  if (names.size() < 2) return y;
  constexpr double row = 17;
  constexpr double line = 22;
  constexpr double gap = 12;
  double x = left;
  y += row;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = escaped(names[i], longest_name);
    const double wide = line + width_of(name) + gap;
    if (x > left && x + wide > width_) {
      x = left;
      y += row;
    }
    const SvgPen pen = pen_of(i);
    out_ += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{1:.1f}\" stroke=\"{3}\" "
        "stroke-width=\"3\"{4}/>"
        "<text class=\"ink\" x=\"{5:.1f}\" y=\"{6:.1f}\">{7}</text>\n",
        x, y - 4, x + line - 6, pen.colour, pen.dashed ? " stroke-dasharray=\"5 3\"" : "", x + line, y, name);
    x += wide;
  }
  return y;
}

std::string SvgCanvas::finish() && { return std::move(out_) + "</svg>\n"; }

}  // namespace lehr::report
