"""The page about reliability says what came of the plans that are kept."""

from tests.campaign import plans, table
from tests.campaign.__main__ import HERE


def test_the_table_is_that_of_the_kept_plans() -> None:
    """The table is made of the kept plans: else `python -m tests.campaign --table` renews it."""
    assert table.PAGE.read_text().partition(table.NOTICE)[2].strip() == table.table(table.KEPT).strip()


def test_a_plan_follows_from_its_seed() -> None:
    """A seed gives the same plan again; other seeds give all works and most faults."""
    several = [plans.draw(seed, real=0.1) for seed in range(300)]
    assert several[:20] == [plans.draw(seed, real=0.1) for seed in range(20)]
    assert {plan.work.name for plan in several} == {work.name for work in plans.WORKS}
    assert len({plan.fault.name for plan in several}) > len(plans.FAULTS) / 2
    assert not any(plan.fault.mounts or plan.work.mounts for plan in plans.draw_each(0, real=0.2, mounts=False))


def test_each_fault_meets_each_work_that_it_can_befall() -> None:
    """`--each` gives every pair once, by a seed that gives it again."""
    each = list(plans.draw_each(0, real=0.2, only="SIGTERM *"))
    pairs = {(plan.work.name, plan.fault.name) for plan in each}
    assert len(each) == len(pairs)
    assert {work.name for work in plans.WORKS} <= {work for work, fault in pairs if fault == "SIGTERM harness"}
    assert {work for work, fault in pairs if fault == "SIGTERM rank"} == {"run of ranks"}
    assert each[-1] == plans.draw(each[-1].seed, real=0.2, only="SIGTERM *")


def test_known_plans_can_be_played_again() -> None:
    """What once found a fault is spelled out with works and faults that there are."""
    assert all(plan.arguments for plan in plans.read_known(HERE / "seeds.toml"))
