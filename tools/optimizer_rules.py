"""Optimizer rules for the goldens: those of torch.optim, or the papers' formulas in float64 if it has none.

A rule is step(parameter, gradient, number, lr, decay, l1), which changes the parameter (a float64 tensor of one axis)
in place; number counts from 1. Weight decay of L2 goes to torch.optim; L1 is added to the gradient, and decoupled decay
shrinks the value before the step, as torch.optim.AdamW does.
"""

import numpy as np
import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # Jordan 2024, Muon


class Torch:
    """A rule of torch.optim. make(parameters, lr, weight_decay) gives the optimizer."""

    def __init__(self, make):
        self.make = make
        self.optimizer = None

    def step(self, w, g, number, lr, weight_decay, keep):
        if self.optimizer is None:
            self.w = w
            self.optimizer = self.make([w], lr=lr, weight_decay=0)
        assert self.w is w
        w.grad = g + weight_decay * w.detach()
        with torch.no_grad():
            w.mul_(keep)
        self.optimizer.step()


class AdamDirection:
    def __init__(self, beta1, beta2, eps):
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.mean = self.square = 0

    def __call__(self, g, number):
        self.mean = self.beta1 * self.mean + (1 - self.beta1) * g
        self.square = self.beta2 * self.square + (1 - self.beta2) * g**2
        mean = self.mean / (1 - self.beta1**number)
        return mean / (torch.sqrt(self.square / (1 - self.beta2**number)) + self.eps)


class Lamb:
    """You et al. 2019, algorithm 2, with a bound on the trust ratio."""

    def __init__(self, beta1, beta2, eps, most_trust):
        self.direction = AdamDirection(beta1, beta2, eps)
        self.most_trust = most_trust

    def step(self, w, g, number, lr, weight_decay, keep):
        direction = self.direction(g, number) + weight_decay * w.detach()
        with torch.no_grad():
            w.mul_(keep)
            norms = float(torch.linalg.norm(w)), float(torch.linalg.norm(direction))
            trust = min(norms[0] / norms[1], self.most_trust) if min(norms) > 0 else 1
            w.sub_(lr * trust * direction)


class Lars:
    """You, Gitman and Ginsburg 2017; clipped, LARC of NVIDIA Apex."""

    def __init__(self, momentum, trust, eps, clip, nesterov, scaled, l1_of):
        self.momentum, self.trust, self.eps = momentum, trust, eps
        self.clip, self.nesterov, self.scaled, self.l1_of = clip, nesterov, scaled, l1_of
        self.velocity = 0

    def step(self, w, g, number, lr, weight_decay, keep):
        value = w.detach().clone()
        plain = g - self.l1_of(value)  # the norm is that of the loss's gradient alone
        norms = float(torch.linalg.norm(value)), float(torch.linalg.norm(plain))
        trust = 1
        if self.scaled and min(norms) > 0:
            trust = self.trust * norms[0] / (norms[1] + weight_decay * norms[0] + self.eps)
            if self.clip:
                trust = min(trust / lr, 1)
        g = trust * (g + weight_decay * value)
        self.velocity = self.momentum * self.velocity + g
        with torch.no_grad():
            w.mul_(keep).sub_(lr * (g + self.momentum * self.velocity if self.nesterov else self.velocity))


def newton_schulz(matrix, steps):
    a, b, c = COEFFICIENTS
    x = matrix / (np.linalg.norm(matrix) + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Muon:
    """Jordan 2024. The matrix is transposed: rows are inputs, columns are outputs."""

    def __init__(self, momentum, rows, columns, newton_schulz_steps, nesterov, scale_by_shape, normalise_weights):
        self.momentum, self.shape = momentum, (columns, rows)
        self.steps, self.nesterov = newton_schulz_steps, nesterov
        self.scale_by_shape, self.normalise_weights = scale_by_shape, normalise_weights
        self.velocity = 0

    def step(self, w, g, number, lr, weight_decay, keep):
        outputs, inputs = self.shape
        g = g + weight_decay * w.detach()
        self.velocity = self.momentum * self.velocity + g
        direction = g + self.momentum * self.velocity if self.nesterov else self.velocity
        step = newton_schulz(direction.numpy().reshape(inputs, outputs).T, self.steps)
        scale = max(1, outputs / inputs) ** 0.5 if self.scale_by_shape else 1
        with torch.no_grad():
            if self.normalise_weights:
                w.mul_(outputs**0.5 / torch.linalg.norm(w))
            w.mul_(keep).sub_(lr * scale * torch.from_numpy(step.T.reshape(-1).copy()))


class Lookahead:
    """Zhang et al. 2019."""

    def __init__(self, inner, k, alpha):
        self.inner, self.k, self.alpha = inner, k, alpha
        self.slow = None

    def step(self, w, g, number, *settings):
        if self.slow is None:
            self.slow = w.detach().clone()
        self.inner.step(w, g, number, *settings)
        if number % self.k == 0:
            self.slow += self.alpha * (w.detach() - self.slow)
            with torch.no_grad():
                w.copy_(self.slow)


class Scaled:
    """A rule with a factor for the learning rate; decoupled decay is scaled with it."""

    def __init__(self, inner, ratio):
        self.inner, self.ratio = inner, ratio

    def step(self, w, g, number, lr, weight_decay, keep):
        self.inner.step(w, g, number, lr * self.ratio, weight_decay, 1 - (1 - keep) * self.ratio)


def make_rule(kind, a, inner, momentum, tensor, l1):
    """The rule of an UpdateSpec for one tensor (rows, columns, rank)."""
    if kind == "sgd":
        return Torch(lambda p, **k: torch.optim.SGD(p, momentum=momentum, **a, **k))
    if kind == "adam":
        return Torch(lambda p, **k: torch.optim.Adam(p, betas=(momentum, a["beta2"]), eps=a["eps"], **k))
    if kind == "radam":
        return Torch(lambda p, **k: torch.optim.RAdam(p, betas=(momentum, a["beta2"]), eps=a["eps"], **k))
    if kind == "rmsprop":
        return Torch(lambda p, **k: torch.optim.RMSprop(p, momentum=momentum, **a, **k))
    if kind == "adagrad":
        return Torch(lambda p, **k: torch.optim.Adagrad(
            p, lr_decay=a["lr_decay"], initial_accumulator_value=a["initial_accumulator"], eps=a["eps"], **k))
    if kind == "lamb":
        return Lamb(momentum, a["beta2"], a["eps"], a["most_trust"])
    if kind == "lars":
        return Lars(momentum, **a, scaled=tensor["rank"] > 1, l1_of=lambda w: l1 * torch.sign(w))
    if kind == "lookahead":
        return Lookahead(make_rule(inner["type"], inner["attributes"], None, momentum, tensor, l1), **a)
    if kind == "muon":
        a = dict(a)
        ratio, fallback_momentum = a.pop("fallback_lr_ratio"), a.pop("fallback_momentum")
        if tensor["rank"] > 1:
            return Muon(momentum, tensor["rows"], tensor["columns"], **a)
        return Scaled(make_rule(inner["type"], inner["attributes"], None, fallback_momentum, tensor, l1), ratio)
    raise ValueError(f"unknown optimizer {kind}")


class Optimizer:
    """An UpdateSpec with its settings over the tensors of one buffer; other elements do not change."""

    def __init__(self, case, values, tensors):
        self.case, self.values, self.tensors = case, values, tensors
        inner = case["inner"][0] if case["inner"] else None
        self.leaves = [torch.from_numpy(values[slice_of(t)].copy()).requires_grad_() for t in tensors]
        self.rules = [make_rule(case["type"], case["attributes"], inner, case["momentum"], t, case["l1"])
                      for t in tensors]

    def step(self, number, gradient):
        case = self.case
        for tensor, leaf, rule in zip(self.tensors, self.leaves, self.rules):
            g = torch.from_numpy(gradient[slice_of(tensor)].copy()) + case["l1"] * torch.sign(leaf.detach())
            keep = 1 - case["lr"] * case["decoupled_decay"]
            rule.step(leaf, g, number, case["lr"], case["weight_decay"], keep)
            self.values[slice_of(tensor)] = leaf.detach().numpy()


def slice_of(tensor):
    return slice(tensor["offset"], tensor["offset"] + tensor["rows"] * tensor["columns"])
