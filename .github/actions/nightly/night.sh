#!/usr/bin/env bash
# One night: candidate against the pinned reference, in turn, in one session; then the trend over all nights.
# Uses the `bench` on the PATH, in the checkout of what is measured. `tox -e nightly` and the action beside it run this.
#
# The exit code is the gate's (docs/reference/exit-codes.md) or, where that is 0, the trend's. Whatever happens, BENCH_OUT
# holds what there is to look at: gate/ (verdict.json, reports, records, logs), trend/ (trend.md, trend.html), summary.md,
# notice.txt.
set -euo pipefail

# What is measured stands in a suite of bench.toml or pyproject.toml (docs/how-to/keep-suites.md). BENCH_STRATEGIES, BENCH_DATASET,
# BENCH_BUDGET and BENCH_THRESHOLD win over it where they are set.
: "${BENCH_SUITE:=nightly}"
: "${BENCH_HISTORY:=history}" # a directory, or a URI such as s3://bucket/nights
: "${BENCH_OUT:=nightly}"     # must not be there yet
# The revision that every night measures beside its own, so that nights of different machines can be compared. To move
# it, write another commit into that file: the series then begin anew.
if [ -z "${BENCH_REFERENCE:-}" ] && ! BENCH_REFERENCE=$(cat .ci/reference); then
    echo "Set BENCH_REFERENCE to the revision that every night is compared with." >&2
    exit 2
fi

if [ -e "$BENCH_OUT" ]; then
    echo "$BENCH_OUT is there already, and a night overwrites nothing: take it away, or set BENCH_OUT." >&2
    exit 2
fi

# Names may stand on several lines, as YAML has them; `read` ends with 1 for want of the NUL that it reads up to.
read -rd '' -a names <<<"${BENCH_STRATEGIES:-}" || true
options=()
for name in "${names[@]}"; do
    options+=(--strategy "$name")
done
[ -z "${BENCH_DATASET:-}" ] || options+=(--data "$BENCH_DATASET")
[ -z "${BENCH_BUDGET:-}" ] || options+=(--budget "$BENCH_BUDGET")
[ -z "${BENCH_THRESHOLD:-}" ] || options+=(--threshold "$BENCH_THRESHOLD")

gate=0
bench gate --suite "$BENCH_SUITE" --baseline "$BENCH_REFERENCE" "${options[@]}" --out "$BENCH_OUT/gate" || gate=$?
if [ "$gate" -eq 130 ]; then
    exit 130
fi

# Where the request could not be met nothing was measured, and there is no night.
trend=0
if [ "$gate" -ne 2 ]; then
    bench trend "$BENCH_OUT/gate" --history "$BENCH_HISTORY" --out "$BENCH_OUT/trend" || trend=$?
fi

mkdir -p "$BENCH_OUT"
for part in "$BENCH_OUT"/gate/*.md "$BENCH_OUT"/trend/trend.md; do
    if [ -f "$part" ]; then
        cat "$part"
        echo
    fi
done >"$BENCH_OUT/summary.md"

# One line for an annotation, an issue's title, or a chat.
case "$gate/$trend" in
    0/0) echo "No slowdown." ;;
    0/1) echo "The trend shows a slowdown within the last nights." ;;
    1/*) echo "The gate confirms a slowdown against the reference." ;;
    3/*) echo "The gate could not tell." ;;
    4/*) echo "The gate finds worse answers than the reference's." ;;
    5/*) echo "A case is missing, renamed or broken, or the gate could not measure." ;;
    *) echo "The night could not be judged: the gate ended with $gate, the trend with $trend." ;;
esac | tee "$BENCH_OUT/notice.txt"

if [ "$gate" -ne 0 ]; then
    exit "$gate"
fi
exit "$trend"
