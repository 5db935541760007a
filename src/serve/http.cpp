#include "serve/http.hpp"

#include <httplib.h>

#include <algorithm>

#include "serve/socket_stream.hpp"

namespace lehr::serve {
namespace {

Asked asked_of(const httplib::Request& request) {
  return {.method = request.method,
          .path = request.path,
          .query = request.params,
          .host = request.get_header_value("Host"),
          .origin = request.get_header_value("Origin"),
          .fetch_site = request.get_header_value("Sec-Fetch-Site"),
          .fetch_mode = request.get_header_value("Sec-Fetch-Mode"),
          .cookie = request.get_header_value("Cookie"),
          .has_body = request.has_header("Content-Length") || request.has_header("Transfer-Encoding") ||
                      request.has_header("Expect")};
}

/// In pieces, each of which the client must take in time.
void send_text(httplib::Response& response, const Answer& answer) {
  static constexpr std::size_t piece = std::size_t{1} << 16;
  if (answer.text->empty()) return;
  response.set_content_provider(
      answer.text->size(), answer.type,
      [text = answer.text](std::size_t at, std::size_t left, httplib::DataSink& sink) {
        return sink.write(text->data() + at, std::min(left, piece));
      });
}

// What the browser may do with the answers. They say it themselves if they need more.
httplib::Headers safe_headers() {
  return {{"X-Content-Type-Options", "nosniff"},
          {"Cache-Control", "no-store"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Cross-Origin-Opener-Policy", "same-origin"}};
}

}  // namespace

/// httplib reads the request's head and writes the answer. Its own loop, which has no bound on connections,
/// and its routes, which match by regular expressions, are not used.
class Http::Reader final : public httplib::Server {
 public:
  Reader(const Guard& guard, Site& site, int listening) : guard_(guard), site_(site) {
    svr_sock_ = listening;  // or it would count as shut down, and end streams
    set_default_headers(safe_headers());
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      answer(asked_of(request), response);
      return HandlerResponse::Handled;
    });
    set_expect_100_continue_handler(
        [](const httplib::Request&, httplib::Response& response) { return response.status = 413; });
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             const std::exception_ptr&) { response.status = 500; });
  }

  void serve(httplib::Stream& stream) {
    bool closed = false;
    process_request(stream, true, closed, [](httplib::Request& request) {
      request.headers.erase("Accept-Encoding");  // to compress a page anew for each client costs too much
    });
  }

 private:
  void answer(const Asked& asked, httplib::Response& response) {
    const Refusal refusal = guard_.check(asked);
    if (refusal.status != 0) {
      if (refusal.status == 405) response.set_header("Allow", "GET, HEAD");
      send(plain(refusal.status, refusal.says), response);
    } else if (guard_.brings_token(asked)) {
      response.set_header("Set-Cookie", guard_.cookie());
      send(welcome_page(), response);
    } else {
      send(site_.answer(asked), response);
    }
  }

  static void send(const Answer& answer, httplib::Response& response) {
    response.status = answer.status;
    if (!answer.policy.empty()) response.set_header("Content-Security-Policy", answer.policy);
    if (answer.status == 503) response.set_header("Retry-After", "2");
    if (!answer.events) {
      send_text(response, answer);
      return;
    }
    response.set_chunked_content_provider(answer.type,
                                          [events = answer.events](std::size_t, httplib::DataSink& sink) {
                                            if (!sink.is_writable()) return false;
                                            const std::optional<std::string> text = events->next();
                                            return text && sink.write(text->data(), text->size());
                                          });
  }

  const Guard& guard_;
  Site& site_;
};

Http::Http(const Guard& guard, Site& site, const ServerLimits& limits, int listening)
    : reader_(std::make_unique<Reader>(guard, site, listening)), limits_(limits) {}
Http::~Http() = default;

void Http::serve(int descriptor) {
  SocketStream stream(descriptor, limits_);
  try {
    if (stream.read_head()) reader_->serve(stream);
  } catch (const std::exception&) {  // no memory; the connection ends
  }
  stream.linger();
}

}  // namespace lehr::serve
