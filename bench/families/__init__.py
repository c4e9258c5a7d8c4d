"""What is learned: a file for each family, and their one table."""

from bench.families import control, gbt, linear, mlp, mlp_lbfgs
from bench.families.base import Family, Setting
from bench.families.control import CONTROL
from bench.kinds import Kinds

OWN = (linear, mlp, mlp_lbfgs, gbt, control)
FAMILIES: Kinds[Family] = Kinds(
    "family",
    "bench.families",
    {file.FAMILY.name: file.FAMILY for file in OWN},
)


def family_of(name: str) -> Family:
    """Return a family; one that nobody has described has no settings, and works like any other.

    Args:
        name: What a strategy calls it.
    """
    return FAMILIES[name] if name in FAMILIES else Family(name)


def settings(*, packages: bool = True) -> dict[str, Setting]:
    """Return the settings of all families, by name.

    Args:
        packages: Whether to look also for families that installed packages bring.
    """
    found = [FAMILIES[name] for name in FAMILIES] if packages else [file.FAMILY for file in OWN]
    return {setting.name: setting for family in found for setting in family.settings}


__all__ = ["CONTROL", "FAMILIES", "Family", "Setting", "family_of", "settings"]
