#pragma once

namespace lehr {

/// Number of forks between the process that loaded lehr and this one. A child process does not inherit its
/// parent's threads. Code that keeps a thread stores this number; if it has changed, the thread no longer
/// exists.
int forks();

}  // namespace lehr
