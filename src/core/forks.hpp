#pragma once

namespace lehr {

/// How many forks lie between the process that loaded lehr and this one. A child has none of its parent's
/// threads: whoever keeps a thread remembers this number, and has no thread any more if it has changed.
int forks();

}  // namespace lehr
