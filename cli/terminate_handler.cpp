#include "terminate_handler.hpp"

#include <unistd.h>

#include <cstring>
#include <exception>
#include <new>

namespace lehr::cli {
namespace {

void write_text(const char* text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

[[noreturn]] void end(const char* reason) {
  write_text("lehr: ");
  write_text(reason);
  write_text("\n");
  _exit(1);
}

// Allocates nothing, because memory may have run out.
[[noreturn]] void on_terminate() {
  if (std::current_exception() == nullptr) end("it ended for an unknown reason");
  try {
    throw;
  } catch (const std::bad_alloc&) {
    end(no_memory);
  } catch (const std::exception& error) {
    end(error.what());
  } catch (...) {
    end("it ended for an unknown reason");
  }
}

}  // namespace

void install_terminate_handler() { std::set_terminate(on_terminate); }

}  // namespace lehr::cli
