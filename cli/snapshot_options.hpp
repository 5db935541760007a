#pragma once

#include <filesystem>

#include "command.hpp"
#include "lehr/callbacks/activation_snapshots.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::cli {

/// The --snapshots options of `lehr train`; without samples there are no snapshots.
struct SnapshotOptions {
  ActivationSnapshotsOptions snapshots{.samples = {}};
};

void add_snapshot_options(const Command& app, SnapshotOptions& options);
/// Adds what was asked for; snapshots go to `folder`/activations. Throws BadInput where the folder is empty,
/// or for options that need --snapshots and stand without it.
void add_snapshots(Learner& learner, const SnapshotOptions& options, const std::filesystem::path& folder,
                   const OnFailure& warn);

}  // namespace lehr::cli
