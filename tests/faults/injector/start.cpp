// Faults begin with main, because failures of the loader and of library start-up are not lehr's.
#include <dlfcn.h>
#include <pthread.h>

#include <cerrno>

#include "next.hpp"
#include "plan.hpp"

namespace {

using Main = int(int, char**, char**);
using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);

Main* program = nullptr;

int watched_main(int argc, char** argv, char** environment) {
  faults::arm();
  const int status = program(argc, argv, environment);
  faults::disarm();
  return status;
}

}  // namespace

extern "C" {

int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack_end);

int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack_end) {
  program = main;
  return faults::next<Start>("__libc_start_main")(watched_main, argc, argv, init, fini, loader_fini,
                                                  stack_end);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*work)(void*),
                   void* argument) noexcept {
  static auto* const real =
      faults::next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  if (const int error = faults::failure(faults::Kind::thread, "pthread_create"); error != 0) return error;
  return real(thread, attributes, work, argument);
}
}
