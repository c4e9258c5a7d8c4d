"""What the times of ranks that train a network are made of."""

from bench import scaling


def exchange(at: scaling.Scale) -> dict[str, float]:
    """Return the terms of the phase ``allreduce``: each step averages all gradients around a ring.

    Values are in units of all gradients: how many bytes they are, a trial measures.

    Args:
        at: The scale.
    """
    steps = scaling.steps(at)
    return {"steps": steps, **scaling.ring(at.workers, 1.0, steps)}
