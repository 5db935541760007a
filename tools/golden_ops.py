"""Each operation of lehr in PyTorch. One function per operation: f(case, inputs, parameters) -> output."""

import torch
import torch.nn.functional as F

from formula import philox4x32, stream_of

DROPOUT_PURPOSE = 3


def conv2d(case, inputs, parameters):
    a = case["attributes"]
    bias = parameters[1] if a["bias"] else None
    return F.conv2d(inputs[0], parameters[0], bias, a["stride"], a["padding"], a["dilation"], a["groups"])


def linear(case, inputs, parameters):
    return F.linear(inputs[0], *parameters)


def batch_norm(case, inputs, parameters):
    a = case["attributes"]
    gamma, beta, mean, var = parameters
    return F.batch_norm(inputs[0], mean, var, gamma, beta, case["training"], a["momentum"], a["eps"])


def activation_function(kind, x, leak, subtract, clamp):
    if kind == "general_relu":
        y = F.leaky_relu(x, leak) - subtract
        return torch.where(y >= clamp, clamp, y)  # like clamp_max, which has no gradient for NaN
    if kind == "leaky_relu":
        return F.leaky_relu(x, leak)
    return {"relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "silu": F.silu, "gelu": F.gelu,
            "none": lambda same: same}[kind](x)


def activation(case, inputs, parameters):
    return activation_function(x=inputs[0], **case["attributes"])


def max_pool2d(case, inputs, parameters):
    a = case["attributes"]
    return F.max_pool2d(inputs[0], a["kernel"], a["stride"], a["padding"])


def avg_pool2d(case, inputs, parameters):
    a = case["attributes"]
    return F.avg_pool2d(inputs[0], a["kernel"], a["stride"], a["padding"],
                        count_include_pad=a["count_include_pad"])


def adaptive_avg_pool2d(case, inputs, parameters):
    return F.adaptive_avg_pool2d(inputs[0], case["attributes"]["output"])


def flatten(case, inputs, parameters):
    return torch.flatten(inputs[0], 1)


def add(case, inputs, parameters):
    return sum(inputs[1:], inputs[0])


def concat(case, inputs, parameters):
    return torch.cat(inputs, 1)


def dropout(case, inputs, parameters):
    x, p = inputs[0], case["attributes"]["p"]
    if not case["training"]:
        return x.clone()
    seed, step = case["seed"], case["step"]
    threshold = round((1 - p) * 2**32)
    kept = []
    for block in range((x.numel() + 3) // 4):
        counter = [block, DROPOUT_PURPOSE, step, stream_of(case["name"])]
        kept += [word < threshold for word in philox4x32(counter, [seed & 0xFFFFFFFF, seed >> 32])]
    mask = torch.tensor(kept[:x.numel()], dtype=x.dtype)
    if x.dim() == 4:  # elements are numbered in memory order, channels last
        n, c, h, w = x.shape
        mask = mask.reshape(n, h, w, c).permute(0, 3, 1, 2)
    return x * mask.reshape(x.shape) * (1 / (1 - p) if p < 1 else 0)


def cross_entropy(case, inputs, parameters):
    a = case["attributes"]
    weight = torch.tensor(a["class_weights"], dtype=inputs[0].dtype) if a["class_weights"] else None
    loss = F.cross_entropy(inputs[0], inputs[1], weight, label_smoothing=a["label_smoothing"]).reshape(1)
    if weight is not None and inputs[1].is_floating_point():
        # torch divides by the number of samples, lehr by the weight of the targets, as both do for
        # class numbers.
        loss = loss * len(inputs[1]) / (inputs[1].detach() * weight).sum()
    return loss


def mse(case, inputs, parameters):
    return F.mse_loss(*inputs).reshape(1)


OPS = {f.__name__: f for f in (conv2d, linear, batch_norm, activation, max_pool2d, avg_pool2d, adaptive_avg_pool2d,
                               flatten, add, concat, dropout, cross_entropy, mse)}
