#pragma once

#include <gtest/gtest.h>

#include <ostream>

#include "backend/op_case.hpp"

namespace lehr {

/// For test names and messages.
inline void PrintTo(const Backend* backend, std::ostream* out) { *out << backend->name(); }

}  // namespace lehr

namespace lehr::test {

inline void PrintTo(const OpCase& op_case, std::ostream* out) { *out << op_case.name; }

/// A case on a backend; test names are "<backend>_<case>".
class OnBackend : public testing::TestWithParam<std::tuple<const Backend*, OpCase>> {
 protected:
  const Backend& backend() const { return *std::get<0>(GetParam()); }
  const OpCase& op_case() const { return std::get<1>(GetParam()); }
  /// Single precision, with errors that grow like the root of the number of terms. For the
  /// reference, only the rounding of the result.
  double tolerance() const {
    return backend().name() == "reference" ? 3e-7 : 1e-6 * std::sqrt(op_case().terms);
  }
};

inline std::string backend_and_case(const testing::TestParamInfo<OnBackend::ParamType>& info) {
  return std::string(std::get<0>(info.param)->name()) + "_" + std::get<1>(info.param).name;
}

inline auto every_backend() { return testing::Values(&reference_backend(), &cpu_backend()); }

}  // namespace lehr::test
