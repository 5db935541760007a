#pragma once

#include <filesystem>

#include "store/sqlite.hpp"

/// The tables of a run store; docs/run-store.md describes them.
namespace lehr::store {

/// Makes the tables if the file has none, upgrades those of an older version in one transaction,
/// and turns write-ahead logging on. Throws BadInput if the file is something else or from a newer
/// version.
void prepare_for_writing(const Database& database);

/// Opens a connection that only reads tables of this version. A store of an older version is
/// upgraded first. If it is not writable, the connection is to an upgraded temporary copy. Throws
/// BadInput like prepare_for_writing(). An empty database, which a process leaves that ends while it makes
/// a store, is a store without runs.
Database open_for_reading(const std::filesystem::path& file);

}  // namespace lehr::store
