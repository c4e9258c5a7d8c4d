"""Spark's settings are read as Spark reads them, and no secret among them is shown or stands on a command line."""

from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.spark import conf


def test_settings_come_from_options_and_files(tmp_path: Path) -> None:
    """A file has Spark's own format, with comments and either separator."""
    file = tmp_path / "conf"
    file.write_text("# a comment\nspark.a.b  c d\n\nspark.e=f=g\nspark.x.password = hush \n")
    assert conf.read(file) == {"spark.a.b": "c d", "spark.e": "f=g", "spark.x.password": "hush"}
    assert conf.parse(["spark.a=b=c", "spark.d="]) == {"spark.a": "b=c", "spark.d": ""}


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("memory=2g", "'memory' is no setting of Spark"),
        ("spark.executor.memory", "is no setting of Spark"),
        ("spark.hadoop.fs.s3a.secret.key=planted", "--spark-conf-file"),
        ("spark.x=http://me:planted@host", "--spark-conf-file"),
        ("spark.executorEnv.MY_API_KEY=planted", "--spark-conf-file"),
        ("spark.master=local", "use --master"),
        ("spark.task.cpus=2", "use --workers and --cores"),
    ],
)
def test_what_cannot_be_set_gets_a_sentence(pair: str, sentence: str) -> None:
    """Typing errors, secrets on the command line and what the harness decides are refused; no secret is repeated."""
    with pytest.raises(UsageError, match=sentence) as caught:
        conf.parse([pair])
    assert "planted" not in str(caught.value)


def test_a_file_that_cannot_be_used_gets_a_sentence(tmp_path: Path) -> None:
    """The line is named by its number, since it may hold a secret."""
    file = tmp_path / "conf"
    file.write_text("spark.a b\nplanted\n")
    with pytest.raises(UsageError, match="Line 2 of") as caught:
        conf.read(file)
    assert "planted" not in str(caught.value)
    with pytest.raises(UsageError, match="cannot be read"):
        conf.read(tmp_path / "none")


def test_relative_paths_begin_where_the_command_was_given(bench, tiny, tmp_path) -> None:
    """On the command line at its directory, in a file at the file's; URIs, and the name behind a #, stay."""
    import json

    settings = {"spark.jars": "a.jar, /b.jar,hdfs://c.jar", "spark.archives": "d/e.tar.gz#environment", "spark.x": "y"}
    assert conf.resolved(settings, Path("/here")) == {
        "spark.jars": "/here/a.jar,/b.jar,hdfs://c.jar",
        "spark.archives": "/here/d/e.tar.gz#environment",
        "spark.x": "y",
    }
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "conf").write_text("spark.files f\n")
    assert conf.read(tmp_path / "sub" / "conf") == {"spark.files": f"{tmp_path}/sub/f"}
    options = ("--master", "spark://nowhere:7077", "--spark-conf", "spark.archives=e.zip#environment")
    assert bench("run", "--strategy", "null", "--data", tiny.path, *options).returncode == 0
    run = json.loads(next((tmp_path / "results").glob("*/run.json")).read_text())
    assert run["request"]["spark_conf"] == [f"spark.archives={tmp_path}/e.zip#environment"]


def test_secrets_are_not_shown() -> None:
    """A record has all settings, with the values hidden that may be secrets."""
    shown = conf.shown(
        {
            "spark.hadoop.fs.s3a.secret.key": "planted",
            "spark.hadoop.fs.s3a.access.key": "planted",
            "spark.executorEnv.AWS_SESSION_TOKEN": "planted",
            "spark.executorEnv.AWS_ACCESS_KEY_ID": "planted",
            "spark.executorEnv.MY_API_KEY": "planted",
            "spark.executorEnv.SSH_PASSPHRASE": "planted",
            "spark.hadoop.fs.azure.account.key.me.dfs.core.windows.net": "planted",
            "spark.hadoop.fs.gs.auth.service.account.private.key": "planted",
            "spark.hadoop.fs.s3a.encryption.key": "planted",
            "spark.executor.extraJavaOptions": "-Djavax.net.ssl.trustStorePassword=planted",
            "spark.ssl.keyStorePassword": "planted",
            "spark.proxy": "http://me:planted@host",
            "spark.a": "b",
        }
    )
    assert "planted" not in str(shown)
    assert shown["spark.a"] == "b"
    assert len(shown) == 13


def test_a_properties_file_is_for_its_owner_and_keeps_every_character(tmp_path: Path) -> None:
    """What Java reads back is what was meant, and nobody else can read it."""
    file = tmp_path / "spark.properties"
    conf.write({"spark.a": "b c=d:e#f\\g\nh é", "spark.k": ""}, file)
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text() == "spark.a b\\ c\\=d\\:e\\#f\\\\g\\nh\\ \\u00e9\nspark.k \n"


def test_local_is_one_process() -> None:
    """A local cluster has processes of its own."""
    assert [conf.is_local(master) for master in ("local", "local[2]", "local-cluster[2,1,1024]", "yarn")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--spark-conf", "spark.my.token=planted"), "may be a secret"),
        (("--spark-conf", "x=y"), "is no setting of Spark"),
    ],
)
def test_the_command_line_refuses_them_before_anything_runs(bench, tiny, tmp_path, arguments, sentence) -> None:
    """Exit code 2, one sentence, and no directory of a run."""
    answer = bench("run", "--data", tiny.path, *arguments)
    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert "planted" not in answer.stderr
    assert not (tmp_path / "results").exists()


def test_local_runs_with_other_settings_are_unlike(bench, tiny, tmp_path) -> None:
    """What was set for Spark on one machine is a fact of the environment too, and without settings nothing is added."""
    import json

    options = ((), ("--spark-conf", "spark.executor.x=1"), ("--spark-conf", "spark.executor.x=2"))
    for number, more in enumerate(options):
        run = bench("run", "--strategy", "null", "--data", tiny.path, "--out", str(number), *more)
        assert run.returncode == 0, run.stderr
    runs = [next((tmp_path / str(number)).glob("*")) for number in range(3)]
    environments = [json.loads((run / "run.json").read_text())["environment"] for run in runs]
    assert len({environment["fingerprint"] for environment in environments}) == 3
    assert "cluster" not in environments[0]
    assert environments[1]["cluster"] == {"master": "local", "settings": {"spark.executor.x": "1"}}
    unlike = bench("compare", str(runs[1]), str(runs[2]))
    assert unlike.returncode == 2
    assert "Spark settings" in unlike.stderr + unlike.stdout


def test_a_run_on_a_cluster_records_it_and_its_settings(bench, tiny, tmp_path) -> None:
    """The environment of the run has the master and the settings without secrets; one worker has one core."""
    import json

    (tmp_path / "conf").write_text("spark.hadoop.fs.s3a.secret.key planted\n")
    options = ("--master", "spark://nowhere:7077", "--spark-conf", "spark.executor.memory=2g")
    answer = bench(
        "run", "--strategy", "null", "--data", tiny.path, "--workers", "5", *options, "--spark-conf-file", "conf"
    )
    assert answer.returncode == 0, answer.stderr
    run = json.loads(next((tmp_path / "results").glob("*/run.json")).read_text())
    assert run["environment"]["cluster"] == {
        "master": "spark://nowhere:7077",
        "settings": {"spark.executor.memory": "2g", "spark.hadoop.fs.s3a.secret.key": "(hidden)"},
    }
    assert run["request"]["cores"] == 5
    assert "planted" not in json.dumps(run)


def test_event_logs_go_where_they_are_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory is made and named by its URI, a URI is taken as it is, and a file in the way gets a sentence."""
    monkeypatch.chdir(tmp_path)
    assert conf.event_log(None) == ()
    enabled, place = conf.event_log("event logs/of a night")
    assert enabled == "spark.eventLog.enabled=true"
    assert place == f"spark.eventLog.dir={(tmp_path / 'event logs' / 'of a night').as_uri()}"
    assert (tmp_path / "event logs" / "of a night").is_dir()
    assert conf.event_log("hdfs://host/logs")[1] == "spark.eventLog.dir=hdfs://host/logs"
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file/logs can be no directory of event logs"):
        conf.event_log("file/logs")
