"""What is said of URIs, endpoints and credentials before any store is asked."""

import os
import pickle
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench import Dataset
from bench.errors import DatasetError, StorageError, UsageError
from bench.model import Storage
from bench.stores.filesystem import from_environment, normal, store_errors
from bench.stores.keys import Keys, of_driver

URI = "s3://bucket/path"


@pytest.mark.parametrize(
    ("path", "known_as"),
    [("name", "name"), ("file:///a/b", "/a/b"), ("s3://bucket/a/", "s3://bucket/a"), ("gs://b/c", "gs://b/c")],
)
def test_a_uri_has_one_form(path: str, known_as: str) -> None:
    """A `file` URI is a path, and a slash at the end changes nothing."""
    assert normal(path) == known_as


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("s3://key:secret@bucket/a", "do not belong into a URI"),
        ("s3://bucket/a?endpoint_override=x", "has a query"),
        ("ftp://host/a", "ftp:// is not read here"),
    ],
)
def test_a_uri_that_cannot_be_used_gets_a_sentence(path: str, sentence: str) -> None:
    """Credentials, queries and unknown schemes are refused, and the sentence does not repeat a secret."""
    with pytest.raises(UsageError, match=sentence) as caught:
        normal(path)
    assert "key:secret" not in str(caught.value)


def test_the_storage_section_comes_from_options_and_standard_variables() -> None:
    """What is given goes before the variables, of which the one for S3 goes before the general one."""
    environ = {"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_S3": "http://b:2", "AWS_DEFAULT_REGION": "x"}
    assert from_environment(URI, Storage(), environ) == Storage("http://b:2", "x")
    assert from_environment(URI, Storage("https://c", "y", True), environ) == Storage("https://c", "y", True)
    assert from_environment(URI, Storage(), {}) == Storage()


def test_amazons_variables_are_not_for_other_providers() -> None:
    """Google's credentials never go to the server that is named for S3; one that is given counts for all."""
    environ = {"AWS_ENDPOINT_URL": "http://a:1", "AWS_REGION": "x"}
    assert from_environment("gs://bucket/path", Storage(), environ) == Storage()
    assert from_environment("gs://bucket/path", Storage("http://b:2"), environ) == Storage("http://b:2")


@pytest.mark.parametrize(
    "wrong",
    ["127.0.0.1:8333", "http://me:planted@host", "me:planted@host:9000", "http://host/planted", "http://host?planted"],
)
def test_an_endpoint_is_a_server_and_nothing_else(wrong: str) -> None:
    """What would be cut off silently is refused, and so are credentials, which the sentence does not repeat."""
    with pytest.raises(UsageError, match="endpoint") as caught:
        from_environment(URI, Storage(wrong))
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "error", "sentence"),
    [
        ("AWS Error SIGNATURE_DOES_NOT_MATCH during ListObjectsV2 operation: …", DatasetError, "refused by http://s:1"),
        ("AWS Error ACCESS_DENIED during HeadObject operation: No response body.", DatasetError, "AWS_ACCESS_KEY_ID"),
        ("AWS Error NETWORK_CONNECTION during X: curlCode: 28, Timeout was reached; Details", StorageError, "timeout"),
        ("AWS Error SLOW_DOWN during GetObject: Reduce your rate. (Request ID: 1)", StorageError, "SLOW_DOWN"),
    ],
)
def test_what_a_store_says_becomes_a_sentence(said: str, error: type, sentence: str) -> None:
    """A refusal is the user's to mend, a store that fails is infrastructure, and both sentences name the object."""
    with pytest.raises(error, match=sentence) as caught, store_errors(URI, Storage("http://s:1")):
        raise OSError(said)
    assert URI in str(caught.value)
    assert "Request ID" not in str(caught.value)
    assert caught.value.exit_code == (2 if error is DatasetError else 5)


@pytest.mark.parametrize("said", ["google::cloud::Status(UNAVAILABLE: no answer)", "HDFS connection failed"])
def test_what_no_sentence_fits_is_a_store_that_failed(said: str) -> None:
    """Whatever a store's library says, it is a sentence; but what is wrong with a content is the reader's to say."""
    with pytest.raises(StorageError, match=r"The store gs failed on gs://b/x \(.*\): try again"):  # noqa: SIM117
        with store_errors("gs://b/x", Storage()):
            raise OSError(said)
    with pytest.raises(OSError, match=re.escape(said)), store_errors("gs://b/x", Storage(), parsed=True):
        raise OSError(said)


def test_a_bucket_that_amazon_does_not_know_is_said_to_be_none() -> None:
    """Amazon, who is asked for a bucket's region, has other words than other servers for one that is not there."""
    with pytest.raises(DatasetError, match="There is no bucket 'bucket' at s3"), store_errors(URI, Storage()):
        raise OSError("Bucket 'bucket' not found")


def test_what_is_no_stores_fault_stays_as_it_is() -> None:
    """An error that no store raised is not explained away."""
    for path in (URI, "/a/path"):
        with pytest.raises(OSError, match="full"), store_errors(path, Storage()):
            raise OSError(28, "disk full")


def test_keys_are_found_as_amazons_tools_find_them(tiny: Dataset, tmp_path: Path) -> None:
    """Variables go before the file, the file has profiles, and no other dataset takes any keys along."""
    remote = replace(tiny, path=URI)
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id=A\naws_secret_access_key=B\n[other]\naws_access_key_id=C\n")
    in_file = {"AWS_SHARED_CREDENTIALS_FILE": str(file)}
    variables = {"AWS_ACCESS_KEY_ID": "D", "AWS_SECRET_ACCESS_KEY": "E", "AWS_SESSION_TOKEN": "F", "OTHER": "G"}
    assert of_driver(remote, variables | in_file)._values == {k: v for k, v in variables.items() if k != "OTHER"}
    assert of_driver(remote, in_file)._values == {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}
    assert of_driver(remote, {**in_file, "AWS_PROFILE": "other"})._values == {"AWS_ACCESS_KEY_ID": "C"}
    assert of_driver(remote, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")})._values == {}
    assert of_driver(tiny, variables)._values == {}
    assert of_driver(replace(remote, storage=Storage(anonymous=True)), variables)._values == {}


def test_keys_show_nothing_and_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not seen in a message or a log, and work where they arrive."""
    keys = Keys({"AWS_ACCESS_KEY_ID": "open", "AWS_SECRET_ACCESS_KEY": "planted"})
    assert "planted" not in f"{keys!r} {keys}"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "another")
    Keys({}).use()
    assert "another" in os.environ["AWS_SESSION_TOKEN"]
    pickle.loads(pickle.dumps(keys)).use()  # noqa: S301
    assert (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]) == ("open", "planted")
    assert "AWS_SESSION_TOKEN" not in os.environ, "a token of the executor's does not go with the driver's keys"
