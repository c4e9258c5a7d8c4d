"""Plays random plans of runs, gates and imports against random faults, and checks after each what must always hold.

``uv run tox -e campaign`` plays the known seeds first and then new ones, for so many minutes or plans:

    uv run tox -e campaign -- --minutes 30 --plans 500
    uv run tox -e campaign -- --seed 4711            that plan again
    uv run tox -e campaign -- --fault 'SIG*'         only plans with these faults
    uv run tox -e campaign -- --each                 each fault once with each work that it can befall
    uv run tox -e campaign -- --real 0.1             a tenth of the runs with Spark, TensorFlow, XGBoost, Horovod
    uv run tox -e campaign -- --table                no plans: the table of docs/explanation/reliability.md
    uv run tox -e campaign -- --soak 200             no plans: one run of so many trials, and the harness's own growth

A plan follows from its seed and `--real`: what is done (`works`), the fault (`faults`) and its moment. The machine's
own times do not, so that a plan that found something once need not find it each time; `seeds.toml` has those that did,
spelled out, since a new fault changes what all seeds stand for.

Everything happens in a sandbox below the temporary directory, for each plan a new one. Where it may (as root), the
campaign gives itself a mount namespace first, with a `/dev/shm` and small disks of its own; where it may not, plans
with these faults, or with several hosts, are left out, and it says so. Faults of files and of the clock come from
`shim.c`, compiled by the C compiler that is here.
"""
