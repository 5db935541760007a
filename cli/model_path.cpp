#include "model_path.hpp"

#include <system_error>

namespace lehr::cli {

Model load_model_or_run(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return load_model(path / "model.safetensors");
  return load_model(path);
}

}  // namespace lehr::cli
