#pragma once

#include "store/sqlite.hpp"

/// The tables of a run store; docs/run-store.md describes them.
namespace lehr::store {

/// Makes the tables where the file has none, and turns write-ahead logging on. Throws BadInput where the file
/// is something else, or of another version of the schema.
void prepare_for_writing(const Database& database);
/// Throws BadInput where the file is not a run store of this version.
void check_schema(const Database& database);

}  // namespace lehr::store
