#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "next.hpp"
#include "plan.hpp"

using faults::Kind;

namespace {

/// oneDNN 2.6 crashes if it gets no memory for the code that it generates and for some of its objects, which
/// it takes by mmap and posix_memalign. No caller can prevent that.
bool is_in_onednn(const void* caller) {
  Dl_info info{};
  return dladdr(caller, &info) != 0 && info.dli_fname != nullptr &&
         std::strstr(info.dli_fname, "libdnnl") != nullptr;
}

/// In these two functions oneDNN 2.6 crashes too if it gets no memory: the first makes code at its first
/// call, the second uses a memory object that it could not make.
thread_local int in_fragile_call = 0;

bool no_memory(const char* function) {
  return in_fragile_call == 0 && faults::inject(Kind::memory, function);
}

}  // namespace

extern "C" {

using Execute = int(const void*, void*, int, const void*);
int dnnl_primitive_execute(const void* primitive, void* stream, int count, const void* arguments) {
  static Execute* const execute = faults::next<Execute>("dnnl_primitive_execute");
  ++in_fragile_call;
  const int status = execute(primitive, stream, count, arguments);
  --in_fragile_call;
  return status;
}

using CreateMemory = int(void**, const void*, void*, void*);
int dnnl_memory_create(void** memory, const void* description, void* engine, void* handle) {
  static CreateMemory* const create = faults::next<CreateMemory>("dnnl_memory_create");
  ++in_fragile_call;
  const int status = create(memory, description, engine, handle);
  --in_fragile_call;
  return status;
}

// glibc's own names need no lookup; a lookup would allocate.
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
  if (no_memory("malloc")) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  if (no_memory("calloc")) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_calloc(count, bytes);
}

void* realloc(void* block, std::size_t bytes) noexcept {
  if (no_memory("realloc")) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_realloc(block, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  if (no_memory("aligned_alloc")) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) noexcept {
  if (!is_in_onednn(__builtin_return_address(0)) && no_memory("posix_memalign")) return ENOMEM;
  *block = __libc_memalign(alignment, bytes);
  return *block == nullptr ? ENOMEM : 0;
}

void* mmap(void* address, std::size_t bytes, int protection, int flags, int descriptor,
           off_t offset) noexcept {
  if (is_in_onednn(__builtin_return_address(0))) {
    return reinterpret_cast<void*>(syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset));
  }
  if (const int error = faults::failure(Kind::map, "mmap"); error != 0) {
    errno = error;
    return MAP_FAILED;
  }
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset));
}

void* mmap64(void* address, std::size_t bytes, int protection, int flags, int descriptor,
             off64_t offset) noexcept {
  return mmap(address, bytes, protection, flags, descriptor, offset);
}
}
