#include "data/sample_error.hpp"

#include <exception>
#include <filesystem>
#include <new>
#include <string>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

/// "sample 17 ("photos/cat/1.jpg"): why". The origin is left out if the reason contains it already.
std::string sentence(std::int64_t sample, const std::string& origin, const std::string& why) {
  const std::string number = "sample " + std::to_string(sample);
  const std::string quoted = in_quotes(std::filesystem::path(origin));  // never cut
  const bool named = origin.empty() || why.find(quoted) != std::string::npos;
  return named ? number + ": " + why : number + " (" + quoted + "): " + why;
}

}  // namespace

void rethrow_naming(const Dataset& dataset, std::int64_t sample) {
  const auto why = [&](const char* what) { return sentence(sample, dataset.origin(sample), what); };
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const DiskError& error) {
    std::throw_with_nested(DiskError(why(error.what())));
  } catch (const BadInput& error) {
    std::throw_with_nested(UnreadableSample(why(error.what())));
  } catch (const Error& error) {
    std::throw_with_nested(Error(why(error.what()), error.kind()));
  } catch (const std::exception& error) {
    std::throw_with_nested(Error(why(error.what())));
  } catch (...) {
    std::throw_with_nested(Error(why("something that is no std::exception was thrown")));
  }
}

}  // namespace lehr::data
