"""lehr's airbench network and its Muon in PyTorch, for the scripts beside this file. See include/lehr/models/models.hpp
and tools/optimizer_rules.py; both follow Jordan 2024."""
import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU}
OWN_WIDTHS = (64, 256, 256)
FIRST_WIDTH = 24


def stage(before, width, activation):
    return nn.Sequential(nn.Conv2d(before, width, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(width),
                         activation(), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
                         activation())


def airbench(channels, classes, widths=OWN_WIDTHS, activation="gelu"):
    """The network with lehr's initial weights: Kaiming normal, biases 0."""
    act = ACTIVATIONS[activation]
    layers = [nn.Conv2d(channels, FIRST_WIDTH, 2), act()]
    for before, width in zip((FIRST_WIDTH, *widths), widths):
        layers.append(stage(before, width, act))
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], classes))
    for parameter in network.parameters():
        if parameter.ndim > 1:
            nn.init.kaiming_normal_(parameter)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
            nn.init.zeros_(module.bias)
    return network


def orthogonalised(matrix, steps):
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.size(0) > matrix.size(1)
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Orthogonal steps for weights of two or more axes, and AdamW at .015 times the rate for the rest."""

    def __init__(self, parameters, lr, decoupled_decay=0.0):
        parameters = list(parameters)
        super().__init__([p for p in parameters if p.ndim > 1],
                         {"lr": lr, "momentum": 0.95, "decay": decoupled_decay, "steps": 5})
        self.rest = torch.optim.AdamW([p for p in parameters if p.ndim <= 1], lr=lr, weight_decay=0)

    def zero_grad(self, set_to_none=True):
        super().zero_grad(set_to_none)
        self.rest.zero_grad(set_to_none)

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        self.rest.param_groups[0]["lr"] = 0.015 * group["lr"]
        self.rest.step()
        for p in group["params"]:
            velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
            velocity.mul_(group["momentum"]).add_(p.grad)
            direction = p.grad + group["momentum"] * velocity
            update = orthogonalised(direction.reshape(len(p), -1), group["steps"]).reshape(p.shape)
            scale = max(1, len(p) / (p.numel() // len(p))) ** 0.5
            p.mul_(1 - group["lr"] * group["decay"]).sub_(update, alpha=group["lr"] * scale)
