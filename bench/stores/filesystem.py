"""Opens datasets in a directory, or under a URI that one of pyarrow's filesystems reads.

No function here takes credentials: each process finds them by the standard chains of its own libraries (``AWS_*``,
``~/.aws``, the machine's role; Google's application default credentials). A driver hands them to its workers as `Keys`,
which hide their content.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bench.errors import DatasetError, StorageError, UsageError
from bench.headroom import check_threads_once
from bench.model import Storage
from bench.stores.proxies import proxy_for

if TYPE_CHECKING:
    import pyarrow.fs as pafs

SCHEMES = ("file", "s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")
# With one or two threads left of those that Amazon's library starts, pyarrow 26 hangs when Python ends, and it starts
# more where there are more cores; pyarrow's own readers and a run's worker come on top.
THREADS = 16
SECONDS_TO_CONNECT = 10.0
SECONDS_OF_SILENCE = 15.0  # in the middle of an answer; a request is made three times, each with this wait


def is_uri(path: str) -> bool:
    """Return whether a dataset is named by a URI rather than by a path of this machine."""
    return "://" in path and not path.startswith("file:")


def normal(path: str) -> str:
    """Return a path or URI in the form that all other functions expect: a ``file`` URI becomes a path.

    Raises:
        UsageError: The scheme is none that is read here, or the URI holds credentials.
    """
    if path.startswith("file:"):
        return _local(path)
    if "://" not in path:
        return path
    parts = urlsplit(path)
    if parts.scheme not in SCHEMES:
        raise UsageError(f"{parts.scheme}:// is not read here: give a path, or a URI of {', '.join(SCHEMES)}.")
    if parts.password is not None or (parts.username and parts.scheme in ("s3", "gs", "gcs")):
        raise UsageError(
            "Credentials do not belong into a URI, which is recorded and which others can see: set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to ~/.aws/credentials."
        )
    if parts.query or parts.fragment:
        raise UsageError(f"{path!r} has a query: say --endpoint, --region or --anonymous instead.")
    return path.rstrip("/")


def _local(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise UsageError(f"{uri!r} does not say where on this machine: write file:///PATH, or the path alone.")
    if parts.query or parts.fragment:
        raise UsageError(
            f"{uri!r} has a ? or a #, which stand for themselves as %3F and %23 only: give the path alone."
        )
    return os.path.abspath(unquote(parts.path))


def from_environment(uri: str, given: Storage, environ: Mapping[str, str] = os.environ) -> Storage:
    """Return how to reach a URI: by the options and, for S3 without them, by Amazon's standard variables.

    Another provider's credentials must not go to the server that these variables name.

    Args:
        uri: The URI; for a path the variables are ignored.
        given: The options.
        environ: Where the variables are looked up.

    Raises:
        UsageError: The endpoint is no URL of a server, or holds credentials.
    """
    variables = environ if uri.startswith("s3://") else {}
    endpoint = given.endpoint or variables.get("AWS_ENDPOINT_URL_S3") or variables.get("AWS_ENDPOINT_URL")
    region = given.region or variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION")
    if endpoint:
        _check_endpoint(endpoint)
    return Storage(endpoint, region, given.anonymous)


def _check_endpoint(endpoint: str) -> None:
    if "@" in endpoint:
        raise UsageError("Credentials do not belong into an endpoint: use the variables AWS_* or ~/.aws.")
    parts = urlsplit(endpoint)
    beyond = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond:
        # The value itself may be a secret.
        raise UsageError("The endpoint is no URL of a server: write http://HOST:PORT or https://HOST, and no more.")


def filesystem(path: str, storage: Storage) -> tuple[pafs.FileSystem, str]:
    """Return pyarrow's filesystem for a path or URI, and the path inside it.

    Args:
        path: Out of `normal`.
        storage: Endpoint, region and anonymous access.

    Raises:
        UsageError: The bucket's region must be given, since a proxy is between.
        DatasetError: pyarrow cannot open such a URI here, or there is no such bucket.
        StorageError: The store, which is asked for the bucket's region, cannot be reached.
        OSError: Few threads can be started (``EAGAIN``).
    """
    import pyarrow as pa
    import pyarrow.fs as pafs

    if not is_uri(path):
        return pafs.LocalFileSystem(), os.path.abspath(path)
    parts = urlsplit(path)
    inside = f"{parts.netloc}{parts.path}"
    endpoint = urlsplit(storage.endpoint) if storage.endpoint else None
    if parts.scheme == "s3":
        check_threads_once(THREADS, "object stores")
    try:
        if parts.scheme == "s3":
            return _s3(parts.netloc, endpoint, storage), inside
        if parts.scheme in ("gs", "gcs"):
            where = {"scheme": endpoint.scheme, "endpoint_override": endpoint.netloc} if endpoint else {}
            return pafs.GcsFileSystem(anonymous=storage.anonymous, **where), inside
        found: tuple[pafs.FileSystem, str] = pafs.FileSystem.from_uri(path)
        return found
    except (pa.ArrowException, OSError, ValueError, ImportError, AttributeError) as error:
        cause = " ".join(str(error).split()).rstrip(".")
        other = DatasetError(f"{path} cannot be opened here ({cause}): install what its filesystem needs.")
        raise (_sentence(cause, path, storage) or other) from error


def _s3(bucket: str, endpoint: Any, storage: Storage) -> pafs.FileSystem:
    import pyarrow.fs as pafs

    where: dict[str, Any] = {"region": storage.region}
    if endpoint:
        where |= {"scheme": endpoint.scheme, "endpoint_override": endpoint.netloc}
        where["region"] = storage.region or "us-east-1"  # the region that other servers than Amazon's expect
    host = (endpoint.hostname if endpoint else None) or f"s3.{storage.region or 'us-east-1'}.amazonaws.com"
    if proxy := proxy_for(endpoint.scheme if endpoint else "https", host):
        where["proxy_options"] = proxy
    if not where["region"]:
        if proxy:  # which the look-up does not use
            raise UsageError(f"The region of {bucket!r} cannot be asked for by way of a proxy: say --region.")
        where["region"] = pafs.resolve_s3_region(bucket)
    return pafs.S3FileSystem(
        anonymous=storage.anonymous,
        connect_timeout=SECONDS_TO_CONNECT,
        request_timeout=SECONDS_OF_SILENCE,
        **where,
    )


@contextmanager
def store_errors(what: str, storage: Storage, *, parsed: bool = False) -> Iterator[None]:
    """Turn an error of an object store into one sentence.

    Args:
        what: URI of the object or bucket; an error of a path passes unchanged.
        storage: How the store is reached.
        parsed: Whether the block also parses the content; errors of damaged content pass unchanged.

    Raises:
        DatasetError: There is no such bucket or object, or it may not be read.
        StorageError: The store cannot be reached, does not answer, or broke off.
    """
    try:
        yield
    except FileNotFoundError as error:
        if not is_uri(what):
            raise
        raise DatasetError(f"There is nothing at {what}: check the URI, or whether it was taken away.") from error
    except OSError as error:
        if not is_uri(what):
            raise
        sentence = _sentence(str(error), what, storage)
        if sentence is None and (parsed or error.errno is not None):
            raise
        raise (sentence or _failure(str(error), what, storage)) from error


def _sentence(text: str, what: str, storage: Storage) -> Exception | None:
    server = _server(what, storage)
    if re.search(r"NO_SUCH_BUCKET|Bucket '.*' not found", text):
        return DatasetError(f"There is no bucket {urlsplit(what).netloc!r} at {server}: check the URI and --endpoint.")
    if re.search(r"SIGNATURE_DOES_NOT_MATCH|INVALID_ACCESS_KEY|ACCESS_DENIED|HTTP status 40[13]|EXPIRED_TOKEN", text):
        if storage.anonymous:
            return DatasetError(f"{what} may not be read anonymously at {server}: leave --anonymous away.")
        how = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws"
        return DatasetError(f"The credentials for {what} were refused by {server}: {how}.")
    if re.search(r"curlCode|NETWORK_CONNECTION|REQUEST_TIMEOUT|[Tt]imed? ?out", text):
        found = re.search(r"curlCode: \d+, ([^;(]+)", text)
        cause = (found[1] if found else "no answer").strip().rstrip(".").lower()
        return StorageError(f"The store {server} could not be reached for {what} ({cause}): see whether it is up.")
    return _failure(text.rpartition("AWS Error ")[2], what, storage) if "AWS Error" in text else None


def _failure(text: str, what: str, storage: Storage) -> StorageError:
    cause = re.sub(r"\s*\(Request ID.*", "", " ".join(text.split())).rstrip(".")
    server = _server(what, storage)
    return StorageError(f"The store {server} failed on {what} ({cause[:200]}): try again, or see its log.")


def _server(what: str, storage: Storage) -> str:
    return storage.endpoint or urlsplit(what).scheme
