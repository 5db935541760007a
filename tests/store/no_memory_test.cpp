// SQLite without memory.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <new>

#include "store/sqlite.hpp"
#include "store/support.hpp"

namespace lehr::store_test {
namespace {

/// During its lifetime SQLite gets no memory.
class NoMemory {
 public:
  NoMemory() { sqlite3_hard_heap_limit64(1); }
  ~NoMemory() { sqlite3_hard_heap_limit64(0); }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
};

TEST(NoMemoryForSqlite, IsBadAllocFromTheFirstCallOn) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  store::Database(file, store::Access::write).execute("CREATE TABLE t(x)");
  for (const store::Access access : {store::Access::read, store::Access::write}) {
    const NoMemory none;
    EXPECT_THROW(store::Database(file, access), std::bad_alloc);
  }
  EXPECT_EQ(store::Database(file, store::Access::read).number("SELECT count(*) FROM t"), 0);
}

}  // namespace
}  // namespace lehr::store_test
