#pragma once

#include "focal_loss.hpp"
#include "lion.hpp"
#include "stripes.hpp"
#include "stripes_net.hpp"
#include "swish.hpp"

/// Registers the operation, loss, model, data set and optimizer of this program. Called once, at
/// the start of main.
inline void register_everything() {
  lehr::register_op("swish", [](const lehr::Attributes& given) {
    return std::make_shared<const Swish>(given.real("beta"));
  });
  lehr::register_loss_op("focal", [](const lehr::Attributes& given) {
    return std::make_shared<const FocalLoss>(given.contains("gamma") ? given.real("gamma") : 2);
  });
  lehr::register_model("stripes-net", stripes_net);
  lehr::register_data_scheme("stripes", {.open = Stripes::open});
  lehr::register_optimizer(Lion::spec(), [](const lehr::Attributes& given) {
    return std::make_shared<const Lion>(given.real("beta2"));
  });
}
