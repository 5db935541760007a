#include "command.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>

namespace lehr::cli {

Option Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

Option Option::type_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::default_str(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::takes_one() const {
  option_->expected(1);
  return *this;
}

Option Option::takes_all() const {
  option_->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Option Command::option(const std::string& name, std::string& target, const std::string& help) const {
  return Option(*app_->add_option(name, target, help));
}

Option Command::option(const std::string& name, std::vector<std::string>& target,
                       const std::string& help) const {
  return Option(*app_->add_option(name, target, help));
}

Option Command::option(const std::string& name, std::vector<std::filesystem::path>& target,
                       const std::string& help) const {
  return Option(*app_->add_option(name, target, help));
}

Option Command::option(const std::string& name, const std::function<void(const std::string&)>& take,
                       const std::string& help) const {
  return Option(*app_->add_option_function<std::string>(name, take, help));
}

Option Command::option_or_flag(const std::string& name, const std::function<void(const std::string&)>& take,
                               const std::string& help) const {
  CLI::Option* const option = app_->add_option_function<std::string>(name, take, help);
  return Option(*option->expected(0, 1));
}

Option Command::flag(const std::string& name, bool& target, const std::string& help) const {
  return Option(*app_->add_flag(name, target, help));
}

Option Command::flag(const std::string& name, const std::function<void()>& given,
                     const std::string& help) const {
  return Option(*app_->add_flag(
      name, [given](std::int64_t) { given(); }, help));
}

void Command::give(const std::string& option, const std::string& value) const {
  app_->get_option(option)->add_result(value);
}

}  // namespace lehr::cli
