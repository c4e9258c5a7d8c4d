"""Events become phases that sum to the wall time, however the trial ended."""

import pytest

from bench.trial.timeline import EventClock, current, read_events, timeline


def _begin(name, t):
    return {"t": t, "begin": name}


def _end(name, t):
    return {"t": t, "end": name}


NESTED = [
    _begin("setup", 1.0), _end("setup", 2.0),
    _begin("train", 2.5), _begin("load", 3.0), _end("load", 4.0),
    _begin("load", 5.0), _end("load", 5.5), _end("train", 9.0),
    _begin("predict", 9.0), _begin("load", 9.5), _end("load", 9.75), _end("predict", 10.0),
]  # fmt: skip


def test_phases_and_inner_phases():
    """Hooks are phases, what they name is inner, the rest is other, and all phases sum to the wall time."""
    found = timeline(NESTED, "train", 0.25, 12.0)
    assert found.phases == {"start": 0.75, "setup": 1.0, "train": 6.5, "predict": 1.0, "other": 2.5}
    assert found.inner == {"load": [1.5], "predict.load": [0.25]}
    assert sum(found.phases.values()) == pytest.approx(11.75)


def test_open_phases_end_with_the_trial():
    """A trial that was killed inside a phase has spent the time until its end there."""
    found = timeline(NESTED[:4], "train", 0.25, 7.0)
    assert found.last == "train/load"
    assert found.phases["train"] == 4.5
    assert found.inner == {"load": [4.0]}
    assert sum(found.phases.values()) == pytest.approx(6.75)


@pytest.mark.parametrize("ended", [0.5, 2.25, 4.5, 9.6])
def test_what_a_worker_does_until_it_is_dead_takes_no_time(ended):
    """Events after the end do not count, so that no phase takes less than nothing."""
    found = timeline(NESTED, "train", 0.25, ended)
    assert found == timeline([event for event in NESTED if event["t"] < ended], "train", 0.25, ended)
    assert min(found.phases.values()) >= 0
    assert sum(found.phases.values()) == pytest.approx(ended - 0.25)


def test_a_trial_that_never_began_was_starting():
    """Without any event all the time is start."""
    found = timeline([], "train", 1.0, 3.0)
    assert (found.phases, found.last) == ({"start": 2.0, "other": 0.0}, "start")


def test_clock_writes_what_is_read(tmp_path):
    """Events are on disk as they happen, and a line that was cut off is left out."""
    clock = EventClock(tmp_path / "events")
    with clock.phase("train"):
        clock.note("device", "GPU")
        with clock.phase("load"):
            assert current(read_events(tmp_path / "events")) == "train/load"
    assert current(read_events(tmp_path / "events")) == "other"
    with (tmp_path / "events").open("a") as file:
        file.write('{"t": 1')
    events = read_events(tmp_path / "events")
    assert len(events) == 5
    assert timeline(events, "train", events[0]["t"], events[-1]["t"]).notes == {"device": "GPU"}


def test_ranks_keep_a_value_each(tmp_path):
    """What ranks measured for themselves stays a list, in their order."""
    clock = EventClock(tmp_path / "events")
    with clock.phase("train"):
        clock.ranks("load", [1.5, 2.5])
    events = read_events(tmp_path / "events")
    assert timeline(events, "train", 0, events[-1]["t"]).inner == {"load": [1.5, 2.5]}


def test_clock_knows_where_an_exception_was_raised(tmp_path):
    """The innermost phase that an exception left is remembered."""
    clock = EventClock(tmp_path / "events")
    with pytest.raises(ValueError, match="x"), clock.phase("train"), clock.phase("load"):
        raise ValueError("x")
    assert clock.raised_in == "train/load"
