#pragma once

#include <streambuf>
#include <vector>

namespace lehr::store {

/// Output buffer over a descriptor that remembers why a write failed, which std::ofstream does not tell.
class DescriptorBuffer final : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor);
  /// errno of the first write that failed, or 0.
  int failure() const { return failure_; }

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;

 private:
  bool write_all(const char* text, std::size_t count);

  int descriptor_;
  int failure_ = 0;
  std::vector<char> buffer_;
};

}  // namespace lehr::store
