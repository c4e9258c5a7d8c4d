# An image with every strategy but PyTorch's, on the CPU: `docker build --tag tf-spark-bench .`, then
# `docker run --rm --volume "$PWD:/work" tf-spark-bench run`. Linted only, in our continuous integration: no daemon runs there.

# Where Horovod is compiled; g++ and the caches stay behind.
FROM python:3.12-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# The newest of this release of Debian, which gets repairs only.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends g++ git && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /build
COPY . .
ENV UV_PROJECT_ENVIRONMENT=/opt/bench UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN uv sync --no-dev --extra all --no-editable --no-cache

FROM python:3.12-slim-bookworm
# libgomp1 is OpenMP's, for XGBoost, LightGBM and scikit-learn; the gate measures revisions out of git.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git libgomp1 procps && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 bench
COPY --from=build /opt/bench /opt/bench
ENV PATH=/opt/bench/bin:$PATH BENCH_DATA=/work/.bench-data
USER 1000
WORKDIR /work
ENTRYPOINT ["bench"]
CMD ["--help"]
