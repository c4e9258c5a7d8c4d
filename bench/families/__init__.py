"""What is learned: a file for each family, and their one table."""

import re
from dataclasses import fields

from bench.errors import PluginError
from bench.families import control, forest, gbt, handoff, handoff_floor, kmeans, kmeans_batches, linear, mlp, mlp_lbfgs
from bench.families.base import Family, Setting
from bench.families.control import CONTROL
from bench.kinds import Kinds
from bench.model import Trial

OWN = (linear, mlp, mlp_lbfgs, gbt, forest, kmeans, kmeans_batches, handoff, handoff_floor, control)
OWN_SETTINGS = {setting.name: setting for file in OWN for setting in file.FAMILY.settings}
# Words of `bench run` and of records, beside which a setting stands by its name; those of a trial are added.
_WORDS = """
    anonymous as_json budget data data_name dry_run endpoint family features fingerprint help json label network_arg
    network_args out predictions price problem region quiet_s repeat resume retries retry_disturbed row_budget
    save_model spark_event_log storage strategies strategy suite timeout timeout_s wait_quiet whole_s
"""
RESERVED = frozenset(_WORDS.split()) | {field.name for field in fields(Trial)}


def _fault(family: Family) -> str | None:
    """Return the fault of a family that a package brings."""
    for setting in family.settings:
        if OWN_SETTINGS.get(setting.name) == setting:
            continue
        if not re.fullmatch("[a-z][a-z0-9_]*", setting.name):
            return f"calls a setting {setting.name!r}: write it in small letters, digits and underscores"
        if setting.name in RESERVED:
            return f"calls a setting {setting.name!r}, which means something else already: call it something else"
    return None


FAMILIES: Kinds[Family] = Kinds(
    "family", "bench.families", Family, {file.FAMILY.name: file.FAMILY for file in OWN}, _fault
)


def family_of(name: str) -> Family:
    """Return a family; one that nobody has described has no settings, and works like any other.

    Args:
        name: What a strategy calls it.
    """
    return FAMILIES[name] if name in FAMILIES else Family(name)


def settings() -> dict[str, Setting]:
    """Return the settings of all families that can be loaded, by name.

    Raises:
        PluginError: Two families mean two things by one name.
    """
    found: dict[str, tuple[Setting, str]] = {}
    for family in FAMILIES.usable():
        for setting in family.settings:
            other, whose = found.setdefault(setting.name, (setting, family.name))
            if other != setting:
                raise PluginError(
                    f"The families {whose!r} and {family.name!r} both have a setting {setting.name!r}, and not the "
                    "same: uninstall the package of one of them, or rename its setting."
                )
    return {name: setting for name, (setting, _) in found.items()}


__all__ = ["CONTROL", "FAMILIES", "OWN_SETTINGS", "Family", "Setting", "family_of", "settings"]
