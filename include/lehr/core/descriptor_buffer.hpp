#pragma once

#include <streambuf>
#include <vector>

namespace lehr {

/// Output buffer over an open file descriptor. It keeps the reason of the first failed write, which
/// std::ofstream does not report, and discards all output after that. Does not close the descriptor.
class DescriptorBuffer final : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor);
  /// The errno value of the first write that failed, or 0.
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

}  // namespace lehr
