#include "serve/site.hpp"

#include <algorithm>

#include "serve/page_files.hpp"

namespace lehr::serve {
namespace {

constexpr const char* html = "text/html; charset=utf-8";

Answer file(const char* type, std::string_view text) {
  return {
      .type = type,
      .text = std::make_shared<const std::string>(text),
      .policy =
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"};
}

/// The runs that a request names, each once.
std::vector<std::string> ids_of(const Asked& asked) {
  std::vector<std::string> ids;
  const auto [begin, end] = asked.query.equal_range("id");
  for (auto one = begin; one != end; ++one) {
    if (std::ranges::find(ids, one->second) == ids.end()) ids.push_back(one->second);
  }
  return ids;
}

}  // namespace

Answer plain(int status, const std::string& says) {
  return {.status = status, .text = std::make_shared<const std::string>(says + "\n")};
}

// A page that the browser leaves by itself, not a redirect: a cookie for this site alone is not sent along a
// redirect if the address was a link on another site.
Answer welcome_page() { return file(html, page_files::welcome_html); }

Answer Site::answer(const Asked& asked) {
  const std::string& path = asked.path;
  if (path == "/") return file(html, page_files::runs_html);
  if (path == "/run") return file(html, page_files::run_html);
  if (path == "/runs.js") return file("text/javascript; charset=utf-8", page_files::runs_js);
  if (path == "/run.js") return file("text/javascript; charset=utf-8", page_files::run_js);
  if (path == "/style.css") return file("text/css; charset=utf-8", page_files::style_css);
  if (path == "/runs") return {.type = "application/json", .text = runs_.list()};
  if (path == "/report") return report(asked);
  if (path == "/events") return events(asked);
  return plain(404, "There is no such page.");
}

Answer Site::report(const Asked& asked) {
  const std::vector<std::string> ids = ids_of(asked);
  if (ids.empty() || !runs_.has(ids)) return plain(404, "There is no such run.");
  const std::shared_ptr<const Report> made = runs_.report(ids);
  if (!made) return plain(503, "The report is being made. Try again in a moment.");
  return {.type = html,
          .text = std::shared_ptr<const std::string>(made, &made->html),
          .policy = "default-src 'none'; script-src 'nonce-" + made->nonce +
                    "'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'self'"};
}

Answer Site::events(const Asked& asked) {
  const std::vector<std::string> ids = ids_of(asked);
  if (!ids.empty() && !runs_.has(ids)) return plain(404, "There is no such run.");
  std::shared_ptr<Events> events = runs_.follow(ids);
  if (!events) return plain(503, "Too many pages are open. Try again in a moment.");
  return {.type = "text/event-stream", .events = std::move(events)};
}

}  // namespace lehr::serve
