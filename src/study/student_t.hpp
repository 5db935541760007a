#pragma once

namespace lehr::study {

/// P(|T| >= |t|) of Student's distribution; t may be infinite.
double student_t_two_sided(double t, double degrees_of_freedom);

/// The t below which the share q of Student's distribution lies, for 0.5 <= q < 1.
double student_t_quantile(double q, double degrees_of_freedom);

}  // namespace lehr::study
