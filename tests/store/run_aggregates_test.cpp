// The aggregates of SQL queries: stdev, median and quantile.
#include <gtest/gtest.h>

#include <cmath>

#include "store/run_support.hpp"

namespace lehr::store_test {
namespace {

using namespace store;

class RunAggregates : public testing::Test {
 protected:
  RunAggregates() { write_run(folder_ / "lehr.db", "a", 1); }

  std::vector<Value> answer(const std::string& sql) const {
    std::vector<Value> found;
    RunStore(folder_ / "lehr.db").query(sql, [&](auto, auto values) {
      found.insert(found.end(), values.begin(), values.end());
      return true;
    });
    return found;
  }
  /// The aggregate over a column x with these values.
  Value of(const std::string& aggregate, const std::string& values) const {
    return answer("WITH t(x) AS (VALUES " + values + ") SELECT " + aggregate + " FROM t").at(0);
  }
  double number(const std::string& aggregate, const std::string& values) const {
    return std::get<double>(of(aggregate, values));
  }

  TemporaryFolder folder_;
};

TEST_F(RunAggregates, AreThoseOfNumpy) {
  const std::string values = "(3), (1), (10), (2.5)";
  // numpy.std(..., ddof=1), numpy.median, numpy.quantile
  EXPECT_DOUBLE_EQ(number("stdev(x)", values), 4.00780488547035);
  EXPECT_DOUBLE_EQ(number("median(x)", values), 2.75);
  EXPECT_DOUBLE_EQ(number("quantile(x, 0)", values), 1);
  EXPECT_DOUBLE_EQ(number("quantile(x, 0.1)", values), 1.45);
  EXPECT_DOUBLE_EQ(number("quantile(x, 0.9)", values), 7.9);
  EXPECT_DOUBLE_EQ(number("quantile(x, 1)", values), 10);
  EXPECT_DOUBLE_EQ(number("median(x)", "(1e308), (-1e308)"), 0);
  EXPECT_DOUBLE_EQ(number("median(x)", "(9e999), (9e999)"), HUGE_VAL);
  // A sum of squares would lose all digits here.
  EXPECT_DOUBLE_EQ(number("stdev(x)", "(1000000001), (1000000002), (1000000003)"), 1);
}

TEST_F(RunAggregates, LeaveOutNull) {
  EXPECT_DOUBLE_EQ(number("stdev(x)", "(1), (NULL), (3), (NULL)"), std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(number("median(x)", "(NULL), (7)"), 7);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(of("stdev(x)", "(1), (NULL)")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(of("median(x)", "(NULL)")));
  EXPECT_EQ(answer("SELECT stdev(1), median(1), quantile(1, 0.5) FROM runs WHERE name = 'none'"),
            std::vector<Value>(3));
}

TEST_F(RunAggregates, AreOfEachGroup) {
  EXPECT_EQ(answer("WITH t(g, x) AS (VALUES (1, 1), (2, 10), (1, 2), (2, 30), (1, 6)) "
                   "SELECT median(x) FROM t GROUP BY g ORDER BY g"),
            (std::vector<Value>{2.0, 20.0}));
}

TEST_F(RunAggregates, RefuseWhatIsNoNumberAndNoShare) {
  const auto said = [&](const std::string& aggregate, const std::string& values) {
    return bad_input_of([&] { of(aggregate, values); });
  };
  EXPECT_NE(said("median(x)", "(1), ('b')").find("expect numbers"), std::string::npos);
  EXPECT_NE(said("stdev(x)", "(x'00')").find("expect numbers"), std::string::npos);
  for (const char* share : {"-0.1", "1.1", "NULL", "'half'"}) {
    EXPECT_NE(said("quantile(x, " + std::string(share) + ")", "(1)").find("expects q from 0 to 1"),
              std::string::npos)
        << share;
  }
}

}  // namespace
}  // namespace lehr::store_test
