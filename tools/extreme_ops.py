"""Each operation of lehr in 50 digits, forward and backward. It is written from the definition, independently of src/.

f(case, inputs, parameters) -> (output, backward); backward(output's gradient) -> {result's name: array}. Arrays contain
mpmath numbers in PyTorch's order of axes.
"""

import itertools

import mpmath
import numpy as np
import torch

import golden_ops

mpmath.mp.dps = 50
exact = np.vectorize(lambda x: mpmath.mpf(float(x)), otypes=[object])
zero = mpmath.mpf(0)


def zeros(shape):
    return np.full(shape, zero, dtype=object)


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def activation_rules(kind, leak, subtract, clamp):
    """f and f'. As in PyTorch, f' at a kink is the derivative from below, and 0 at the clamp."""
    leak, subtract, clamp = (mpmath.mpf(float(np.float32(v))) for v in (leak, subtract, clamp))

    def leaky(x):
        return x if x > 0 else leak * x

    def slope(x):
        return mpmath.mpf(1) if x > 0 else leak

    return {
        "none": (lambda x: x, lambda x: mpmath.mpf(1)),
        "relu": (lambda x: max(x, zero), lambda x: mpmath.mpf(x > 0)),
        "leaky_relu": (leaky, slope),
        "general_relu": (lambda x: min(leaky(x) - subtract, clamp),
                         lambda x: slope(x) if leaky(x) - subtract < clamp else zero),
        "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
        "tanh": (mpmath.tanh, lambda x: 4 * sigmoid(2 * x) * sigmoid(-2 * x)),
        "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x))),
        "gelu": (lambda x: x * mpmath.ncdf(x), lambda x: mpmath.ncdf(x) + x * mpmath.npdf(x)),
    }[kind]


def activation(case, inputs, parameters):
    f, slope = (np.vectorize(rule, otypes=[object]) for rule in activation_rules(**case["attributes"]))
    x = inputs[0]
    return f(x), lambda grad: {"input_grad.0": slope(x) * grad}


def linear(case, inputs, parameters):
    x, weight = inputs[0], parameters[0]
    y = x.dot(weight.T) + (parameters[1] if len(parameters) > 1 else zero)
    return y, lambda grad: {"input_grad.0": grad.dot(weight), "parameter_grad.0": grad.T.dot(x),
                            "parameter_grad.1": grad.sum(0)}


def positions(extent, out, kernel, stride, pad, dilation=1):
    """For each output, the (kernel position, input position) pairs inside the image."""
    return [[(k, o * stride - pad + k * dilation) for k in range(kernel)
             if 0 <= o * stride - pad + k * dilation < extent] for o in range(out)]


def windows(case, x, kernel):
    a = case["attributes"]
    dilation = a.get("dilation", [1, 1])
    rows, columns = (positions(x.shape[2 + i], case["output"][2 + i], kernel[i], a["stride"][i], a["padding"][i],
                               dilation[i]) for i in range(2))
    for (h, row), (w, column) in itertools.product(enumerate(rows), enumerate(columns)):
        yield h, w, [(kh, kw, ih, iw) for kh, ih in row for kw, iw in column]


def conv2d(case, inputs, parameters):
    x, weight = inputs[0], parameters[0]
    assert case["attributes"]["groups"] == 1
    taps = list(windows(case, x, weight.shape[2:]))
    y = zeros(case["output"])
    for h, w, window in taps:
        for kh, kw, ih, iw in window:
            y[:, :, h, w] += x[:, :, ih, iw].dot(weight[:, :, kh, kw].T)
    if len(parameters) > 1:
        y += parameters[1][None, :, None, None]

    def backward(grad):
        x_grad, weight_grad = zeros(x.shape), zeros(weight.shape)
        for h, w, window in taps:
            for kh, kw, ih, iw in window:
                x_grad[:, :, ih, iw] += grad[:, :, h, w].dot(weight[:, :, kh, kw])
                weight_grad[:, :, kh, kw] += grad[:, :, h, w].T.dot(x[:, :, ih, iw])
        return {"input_grad.0": x_grad, "parameter_grad.0": weight_grad, "parameter_grad.1": grad.sum((0, 2, 3))}

    return y, backward


def batch_norm(case, inputs, parameters):
    """Ioffe and Szegedy 2015; the running variance follows the unbiased one, as in PyTorch."""
    x, (gamma, beta, running_mean, running_var) = inputs[0], parameters
    eps, momentum = mpmath.mpf(case["attributes"]["eps"]), mpmath.mpf(case["attributes"]["momentum"])
    axes = tuple(i for i in range(x.ndim) if i != 1)
    count = x.size // x.shape[1]

    def spread(values):
        return values.reshape([1, -1] + [1] * (x.ndim - 2))

    mean, var = running_mean.copy(), running_var.copy()
    if case["training"]:
        mean = x.sum(axes) / count
        var = ((x - spread(mean)) ** 2).sum(axes) / count
        running_mean += momentum * (mean - running_mean)
        running_var += momentum * (var * count / (count - 1) - running_var)
    inverse = np.array([1 / mpmath.sqrt(v + eps) for v in var], dtype=object)
    normalised = (x - spread(mean)) * spread(inverse)

    def backward(grad):
        total, product = grad.sum(axes), (grad * normalised).sum(axes)
        inner = grad - spread(total / count) - normalised * spread(product / count)
        return {"input_grad.0": spread(gamma * inverse) * inner, "parameter_grad.0": product, "parameter_grad.1": total}

    return normalised * spread(gamma) + spread(beta), backward


def max_pool2d(case, inputs, parameters):
    """Among equal values the first gets the gradient, as in PyTorch."""
    x = inputs[0]
    y, winners = zeros(case["output"]), []
    for h, w, window in windows(case, x, case["attributes"]["kernel"]):
        for n, c in itertools.product(range(x.shape[0]), range(x.shape[1])):
            best = max(window, key=lambda at: x[n, c, at[2], at[3]])
            y[n, c, h, w] = x[n, c, best[2], best[3]]
            winners.append(((n, c, h, w), (n, c, best[2], best[3])))

    def backward(grad):
        x_grad = zeros(x.shape)
        for out, at in winners:
            x_grad[at] += grad[out]
        return {"input_grad.0": x_grad}

    return y, backward


def average(case, x, cells):
    """cells: (h, w, rows, columns, divisor)."""
    cells = list(cells)
    y = zeros(case["output"])
    for h, w, rows, columns, divisor in cells:
        y[:, :, h, w] = x[:, :, rows, columns].sum((2, 3)) / divisor

    def backward(grad):
        x_grad = zeros(x.shape)
        for h, w, rows, columns, divisor in cells:
            x_grad[:, :, rows, columns] += (grad[:, :, h, w] / divisor)[:, :, None, None]
        return {"input_grad.0": x_grad}

    return y, backward


def avg_pool2d(case, inputs, parameters):
    a, x = case["attributes"], inputs[0]

    def cells():
        for h, w in itertools.product(range(case["output"][2]), range(case["output"][3])):
            sides = []
            for i, o in ((0, h), (1, w)):
                start = o * a["stride"][i] - a["padding"][i]
                end = min(start + a["kernel"][i], x.shape[2 + i] + a["padding"][i])
                inside = slice(max(start, 0), min(end, x.shape[2 + i]))
                sides.append((inside, end - start if a["count_include_pad"] else inside.stop - inside.start))
            yield h, w, sides[0][0], sides[1][0], sides[0][1] * sides[1][1]

    return average(case, x, cells())


def adaptive_avg_pool2d(case, inputs, parameters):
    x, out = inputs[0], case["output"][2:]

    def side(i, o):
        return slice(o * x.shape[2 + i] // out[i], -(-(o + 1) * x.shape[2 + i] // out[i]))

    def cells():
        for h, w in itertools.product(range(out[0]), range(out[1])):
            rows, columns = side(0, h), side(1, w)
            yield h, w, rows, columns, (rows.stop - rows.start) * (columns.stop - columns.start)

    return average(case, x, cells())


def flatten(case, inputs, parameters):
    return inputs[0].reshape(case["output"]), lambda grad: {"input_grad.0": grad.reshape(inputs[0].shape)}


def add(case, inputs, parameters):
    return sum(inputs[1:], inputs[0]), lambda grad: {f"input_grad.{i}": grad for i in range(len(inputs))}


def concat(case, inputs, parameters):
    ends = np.cumsum([x.shape[1] for x in inputs])[:-1]
    return np.concatenate(inputs, 1), lambda grad: {f"input_grad.{i}": part
                                                    for i, part in enumerate(np.split(grad, ends, 1))}


def dropout(case, inputs, parameters):
    kept = golden_ops.dropout(case, [torch.ones(inputs[0].shape, dtype=torch.float64)], []).numpy() != 0
    p = mpmath.mpf(case["attributes"]["p"])
    factor = np.where(kept, 1 / (1 - p) if case["training"] and p < 1 else mpmath.mpf(1), zero)
    return inputs[0] * factor, lambda grad: {"input_grad.0": grad * factor}


def cross_entropy(case, inputs, parameters):
    """-sum q_c ln p_c, divided by the targets' weights; with class probabilities each class counts by its share."""
    a, (x, target) = case["attributes"], inputs
    samples, classes = x.shape
    smoothing = mpmath.mpf(float(np.float32(a["label_smoothing"])))
    weight = exact(np.float32(a["class_weights"] or [1] * classes))
    soft = target.ndim == 2
    share = target if soft else exact(np.eye(classes)[target])
    q = ((1 - smoothing) * share + smoothing / classes) * weight
    divisor = (share * weight).sum() if a["class_weights"] else mpmath.mpf(samples)
    log_p = np.empty_like(x)
    for n in range(samples):
        top = max(x[n])
        log_sum = mpmath.log(sum(mpmath.exp(v - top) for v in x[n]))
        log_p[n] = [v - top - log_sum for v in x[n]]
    p = np.vectorize(mpmath.exp, otypes=[object])(log_p)
    loss = -(q * log_p).sum() / divisor
    return (np.array([loss], dtype=object),
            lambda grad: {"input_grad.0": grad[0] * (q.sum(1, keepdims=True) * p - q) / divisor})


def mse(case, inputs, parameters):
    difference = inputs[0] - inputs[1]
    slope = 2 * difference / difference.size
    return (np.array([(difference ** 2).sum() / difference.size], dtype=object),
            lambda grad: {"input_grad.0": grad[0] * slope, "input_grad.1": -grad[0] * slope})


OPS = {f.__name__: f for f in (conv2d, linear, batch_norm, activation, max_pool2d, avg_pool2d, adaptive_avg_pool2d,
                               flatten, add, concat, dropout, cross_entropy, mse)}
