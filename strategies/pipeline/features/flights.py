"""The features of ``flights-raw``: one text of SQL for Spark and DuckDB, a function for Polars and one for pandas.

Rules by which engines agree to the bit: whole numbers are added up and divided once, in double precision; a day of the
week is counted from a known Monday, since engines number days differently; codes are places among the sorted strings;
what is missing stays so until it is filled in at the end; the cast to float32 is last.
"""

FLOATS = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
STRINGS = ("carrier", "origin", "dest")
PLANE_STRINGS = ("type", "manufacturer", "engine")
PLANE_NUMBERS = {"plane_year": "year", "engines": "engines", "seats": "seats"}
FEATURES = (
    *("month", "day", "weekday", "hour", "minute", "utc_hour", "flight", "distance", *STRINGS),
    *("departures", "route_delay", *PLANE_NUMBERS, *PLANE_STRINGS, *FLOATS),
)


def _codes(column: str, table: str) -> str:
    return (
        f"{column}_codes as (select {column}, row_number() over (order by {column}) - 1 as {column}_code "
        f"from (select distinct {column} from {table} where {column} is not null) as found)"
    )


def _mean_of_hundredths(column: str) -> str:
    return f"cast(sum(cast(floor({column} * 100 + 0.5) as bigint)) as double) / (1e2 * count({column})) as {column}"


def _mean(column: str, name: str) -> str:
    return f"cast(sum({column}) as double) / count({column}) as {name}"


SQL = f"""
with departed as (
  select *, make_date(cast(year as int), cast(month as int), cast(day as int)) as date
  from flights where dep_delay is not null
),
dated as (
  select *,
    extract(doy from date) % 5 = 0 as test,
    (extract(dow from date) - extract(dow from date '2013-01-07') + 7) % 7 as weekday
  from departed
),
hours as (select origin, time_hour, count(*) as departures from flights group by origin, time_hour),
routes as (
  select carrier, dest, cast(sum(dep_delay) as double) / count(*) as route_delay
  from dated where not test group by carrier, dest
),
everywhere as (select cast(sum(dep_delay) as double) / count(*) as all_delay from dated where not test),
plane_means as (select {", ".join(_mean(column, name) for name, column in PLANE_NUMBERS.items())} from planes),
weather_means as (select {", ".join(map(_mean_of_hundredths, FLOATS))} from weather),
{", ".join(_codes(column, "departed") for column in STRINGS)},
{", ".join(_codes(column, "planes") for column in PLANE_STRINGS)}
select
  d.id as row_id,
  d.test,
  cast(case when d.dep_delay >= 15 then 1 else 0 end as float) as late,
  cast(d.month as float) as month,
  cast(d.day as float) as day,
  cast(d.weekday as float) as weekday,
  cast(d.hour as float) as hour,
  cast(d.minute as float) as minute,
  cast(extract(hour from d.time_hour) as float) as utc_hour,
  cast(d.flight as float) as flight,
  cast(d.distance as float) as distance,
  {", ".join(f"cast({column}_code as float) as {column}" for column in STRINGS)},
  cast(h.departures as float) as departures,
  cast(coalesce(r.route_delay, everywhere.all_delay) as float) as route_delay,
  {", ".join(f"cast(coalesce(p.{old}, plane_means.{new}) as float) as {new}" for new, old in PLANE_NUMBERS.items())},
  {", ".join(f"cast(coalesce({column}_code, -1) as float) as {column}" for column in PLANE_STRINGS)},
  {", ".join(f"cast(coalesce(w.{column}, weather_means.{column}) as float) as {column}" for column in FLOATS)}
from dated d
left join hours h on d.origin = h.origin and d.time_hour = h.time_hour
left join routes r on d.carrier = r.carrier and d.dest = r.dest
left join planes p on d.tailnum = p.tailnum
left join weather w on d.origin = w.origin and d.time_hour = w.time_hour
{" ".join(f"left join {column}_codes on d.{column} = {column}_codes.{column}" for column in STRINGS)}
{" ".join(f"left join {column}_codes on p.{column} = {column}_codes.{column}" for column in PLANE_STRINGS)}
cross join everywhere cross join plane_means cross join weather_means
"""


def polars(tables):
    """Return the feature table as a lazy frame of Polars.

    Args:
        tables: The raw tables by name, as lazy frames.
    """
    import polars as pl

    flights, planes, weather = tables["flights"], tables["planes"], tables["weather"]

    def codes(table, column):
        distinct = table.select(column).drop_nulls().unique().sort(column)
        return distinct.with_row_index(f"{column}_code").with_columns(pl.col(f"{column}_code").cast(pl.Int64))

    hours = flights.group_by("origin", "time_hour").agg(pl.len().alias("departures"))
    departed = flights.join(hours, on=["origin", "time_hour"]).filter(pl.col("dep_delay").is_not_null())
    date = pl.date(pl.col("year"), pl.col("month"), pl.col("day"))
    dated = departed.with_columns(
        (date.dt.ordinal_day() % 5 == 0).alias("test"), (date.dt.weekday() - 1).alias("weekday")
    )
    train = dated.filter(~pl.col("test"))
    mean = pl.col("dep_delay").sum().cast(pl.Float64) / pl.len()
    planes_known = planes.rename({"year": "plane_year"}).select("tailnum", *PLANE_NUMBERS, *PLANE_STRINGS)
    plane_means = planes_known.select(
        (pl.col(name).sum().cast(pl.Float64) / pl.col(name).count()).alias(f"{name}_mean") for name in PLANE_NUMBERS
    )
    weather_means = weather.select(
        (
            (pl.col(name).cast(pl.Float64) * 100 + 0.5).floor().cast(pl.Int64).sum().cast(pl.Float64)
            / (pl.col(name).count() * 100.0)
        ).alias(f"{name}_mean")
        for name in FLOATS
    )
    found = dated.join(train.group_by("carrier", "dest").agg(mean.alias("route_delay")), ["carrier", "dest"], "left")
    found = found.join(planes_known, "tailnum", "left")
    found = found.join(weather.select("origin", "time_hour", *FLOATS), ["origin", "time_hour"], "left")
    for column in STRINGS:
        found = found.join(codes(departed, column), column, "left")
    for column in PLANE_STRINGS:
        found = found.join(codes(planes, column), column, "left")
    for constants in (train.select(mean.alias("all_delay")), plane_means, weather_means):
        found = found.join(constants, how="cross")
    filled = {name: pl.col(name).cast(pl.Float64).fill_null(pl.col(f"{name}_mean")) for name in PLANE_NUMBERS}
    filled |= {name: pl.col(name).cast(pl.Float64).fill_null(pl.col(f"{name}_mean")) for name in FLOATS}
    filled |= {name: pl.col(f"{name}_code").fill_null(-1) for name in (*STRINGS, *PLANE_STRINGS)}
    filled |= {
        "utc_hour": pl.col("time_hour").dt.hour(),
        "route_delay": pl.col("route_delay").fill_null(pl.col("all_delay")),
    }
    return found.select(
        pl.col("id").alias("row_id"),
        "test",
        (pl.col("dep_delay") >= 15).cast(pl.Float32).alias("late"),
        *(filled.get(name, pl.col(name)).cast(pl.Float32).alias(name) for name in FEATURES),
    )


def pandas(tables):
    """Return the feature table as a data frame of pandas.

    Args:
        tables: The raw tables by name, as data frames.
    """
    import numpy as np
    import pandas as pd

    flights, planes, weather = tables["flights"], tables["planes"], tables["weather"]

    def codes(column, known):
        places = {value: place for place, value in enumerate(sorted(known.dropna().unique()))}
        return column.map(places).fillna(-1)

    flights["departures"] = flights.groupby(["origin", "time_hour"])["id"].transform("size")
    found = flights[flights["dep_delay"].notna()].copy()
    date = pd.to_datetime(found[["year", "month", "day"]])
    found["test"], found["weekday"] = date.dt.dayofyear % 5 == 0, date.dt.weekday
    found["utc_hour"] = found["time_hour"].dt.hour
    train = found[~found["test"]]
    delays = train["dep_delay"].astype(np.int64)
    routes = delays.groupby([train["carrier"], train["dest"]]).agg(["sum", "size"])
    routes["route_delay"] = routes["sum"] / routes["size"]
    found = found.merge(routes[["route_delay"]].reset_index(), how="left", on=["carrier", "dest"])
    found["route_delay"] = found["route_delay"].fillna(delays.sum() / len(delays))
    known = planes.rename(columns={"year": "plane_year"})[["tailnum", *PLANE_NUMBERS, *PLANE_STRINGS]]
    found = found.drop(columns="year").merge(known, how="left", on="tailnum")
    found = found.merge(weather[["origin", "time_hour", *FLOATS]], how="left", on=["origin", "time_hour"])
    for column in STRINGS:
        found[column] = codes(found[column], found[column])
    for column in PLANE_STRINGS:
        found[column] = codes(found[column], planes[column])
    for column in PLANE_NUMBERS:
        there = known[column].dropna().astype(np.int64)
        found[column] = found[column].fillna(there.sum() / len(there))
    for column in FLOATS:
        there = weather[column].dropna().astype(np.float64)
        hundredths = np.floor(there * 100 + 0.5).astype(np.int64)
        found[column] = found[column].fillna(hundredths.sum() / (100.0 * len(there)))
    found["late"] = found["dep_delay"] >= 15
    floats = {name: found[name].astype(np.float32) for name in ("late", *FEATURES)}
    return pd.DataFrame({"row_id": found["id"], "test": found["test"], **floats})
