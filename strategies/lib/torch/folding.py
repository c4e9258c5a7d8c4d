"""Folds batch normalisation into the weights of the linear layer before it, as `strategies.lib.keras.folding` does."""

from __future__ import annotations

from typing import Any


def folded(module: Any) -> Any:
    """Fold what can be folded, in place, and return the module: a program of operators, for scoring only.

    Args:
        module: A graph out of ``torch.export.ExportedProgram.module``, on its device.
    """
    import torch
    from torch.nn.utils.fusion import fuse_linear_bn_weights

    aten = torch.ops.aten
    for node in module.graph.find_nodes(op="call_function", target=aten.batch_norm.default):
        before, *parameters, training, _, epsilon, _ = node.args
        if training or before.target != aten.linear.default or len(before.users) != 1:
            continue
        nodes = [*before.args[1:], *parameters]  # the linear layer has a bias, or one node less
        if any(one is None or one.op != "get_attr" for one in nodes):
            continue
        *linear, scale, shift, mean, variance = (_value(module, one.target) for one in nodes)
        if {each.dtype for each in (*linear, scale, shift, mean, variance)} != {torch.float32}:
            continue
        weights, bias = linear if len(linear) == 2 else (*linear, None)
        fused = fuse_linear_bn_weights(weights, bias, mean, variance, epsilon, scale, shift)
        names = [f"folded_{node.name}_{name}" for name in ("weight", "bias")]
        with module.graph.inserting_before(before):
            for name, tensor in zip(names, fused, strict=True):
                module.register_buffer(name, tensor.detach())
            before.args = (before.args[0], *map(module.graph.get_attr, names))
        node.replace_all_uses_with(before)
        module.graph.erase_node(node)
    module.recompile()
    return module


def _value(module: Any, name: str) -> Any:
    """Return the tensor that a dotted name stands for."""
    for part in name.split("."):
        module = getattr(module, part)
    return module
