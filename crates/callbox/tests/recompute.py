#!/usr/bin/env python3
"""Recomputes the reports from the CSV itself, without a line of callbox.

    recompute.py FILE.csv[.gz] MAP.toml response-times [--by type,priority,unit-type,hour]
    recompute.py FILE.csv[.gz] MAP.toml utilisation

Prints the numbers of `callbox report … --format json`, in the same shape. Fractions are exact and become floats once,
so that equal numbers are equal to the last digit. Needs Python 3.11 and nothing else.
"""

import csv
import gzip
import json
import sys
import tomllib
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

INTERVALS = ["call_to_dispatch", "dispatch_to_arrival", "call_to_arrival", "turnout", "travel", "assigned"]
UTC = timezone.utc


class Source:
    def __init__(self, path, map_path):
        with open(map_path, "rb") as file:
            self.map = tomllib.load(file)
        self.zone = ZoneInfo(self.map["timezone"])
        self.calls = {}
        self.work = []
        self.units = {}
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                self.take(row)

    def time(self, text):
        if not text:
            return None
        local = datetime.strptime(text, self.map["timestamp_format"])
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def take(self, row):
        call = self.map["call"]
        number = row[call["id"]]
        if number not in self.calls:
            self.calls[number] = {
                "received": self.time(row[call["received"]]),
                "type": row[call["type"]] or None,
                "priority": row[call["priority"]] or None,
                "work": [],
            }
        columns = self.map.get("assignment")
        if columns is None:
            return
        work = {"unit": row[columns["unit"]], "unit_type": row[columns["unit_type"]]}
        for key in ["dispatched", "enroute", "on_scene", "transporting", "at_hospital", "available"]:
            work[key] = self.time(row[columns[key]])
        self.calls[number]["work"].append(work)
        self.work.append(work)
        self.units[work["unit"]] = work["unit_type"]


def seconds(begin, end):
    return Fraction((end - begin) // timedelta(microseconds=1), 1_000_000)


class Sample:
    def __init__(self):
        self.values, self.negative = [], 0

    def add(self, begin, end):
        if begin is None or end is None:
            return
        value = seconds(begin, end)
        if value < 0:
            self.negative += 1
        else:
            self.values.append(value)

    def quantile(self, p):
        if not self.values:
            return None
        ordered = sorted(self.values)
        place = (len(ordered) - 1) * p
        low = place.numerator // place.denominator
        high = min(low + 1, len(ordered) - 1)
        return float(ordered[low] + (place - low) * (ordered[high] - ordered[low]))

    def figures(self):
        n = len(self.values)
        return {
            "n": n,
            "median": self.quantile(Fraction(1, 2)),
            "p90": self.quantile(Fraction(9, 10)),
            "mean": float(sum(self.values) / n) if n else None,
            "excluded_negative": self.negative,
        }


def first(work, key):
    return min((item[key] for item in work if item[key] is not None), default=None)


def figures(pairs):
    """pairs: calls, each with the assignments of it that count."""
    samples = {name: Sample() for name in INTERVALS}
    assignments = 0
    for call, counted in pairs:
        dispatched, arrived = first(call["work"], "dispatched"), first(call["work"], "on_scene")
        samples["call_to_dispatch"].add(call["received"], dispatched)
        samples["dispatch_to_arrival"].add(dispatched, arrived)
        samples["call_to_arrival"].add(call["received"], arrived)
        for work in counted:
            assignments += 1
            samples["turnout"].add(work["dispatched"], work["enroute"])
            samples["travel"].add(work["enroute"], work["on_scene"])
            samples["assigned"].add(work["dispatched"], work["available"])
    intervals = {name: sample.figures() for name, sample in samples.items()}
    return {"calls": len(pairs), "assignments": assignments, "intervals": intervals}


def response_times(source, by):
    groups = {}
    for call in source.calls.values():
        values = {
            "type": call["type"],
            "priority": call["priority"],
            "hour": call["received"].astimezone(source.zone).hour,
        }
        types = {work["unit_type"] for work in call["work"]} or {None} if "unit-type" in by else {None}
        for unit_type in types:
            key = tuple(unit_type if name == "unit-type" else values[name] for name in by)
            counted = [work for work in call["work"] if "unit-type" not in by or work["unit_type"] == unit_type]
            groups.setdefault(key, []).append((call, counted))
    names = [name.replace("-", "_") for name in by]
    # What nobody recorded comes last; text sorts by its bytes.
    order = lambda key: [(value is None, value.encode() if isinstance(value, str) else value) for value in key]
    rows = []
    if by:
        for key in sorted(groups, key=order):
            rows.append({"group": dict(zip(names, key)), **figures(groups[key])})
    total = figures([(call, call["work"]) for call in source.calls.values()])
    return {"rows": rows, "total": total}


def utilisation(source):
    stamps = ["dispatched", "enroute", "on_scene", "transporting", "at_hospital", "available"]
    times = [call["received"] for call in source.calls.values()]
    times += [work[key] for work in source.work for key in stamps if work[key] is not None]
    begin, end = min(call["received"] for call in source.calls.values()), max(times)
    rows, busy_total, by_hour, spans = [], Fraction(0), {}, []
    for unit in sorted(source.units, key=str.encode):
        mine = [work for work in source.work if work["unit"] == unit]
        known = [(work["dispatched"], work["available"]) for work in mine if work["available"] is not None]
        without = len(mine) - sum(1 for span in known if span[0] <= span[1])
        # One that begins while an earlier one runs. Of several that begin together the shortest is the earliest, one
        # without an end the latest.
        never = datetime.max.replace(tzinfo=UTC)
        ordered = sorted((work["dispatched"], work["available"] or never) for work in mine)
        overlapping = 0
        for at, span in enumerate(ordered):
            overlapping += any(other[1] != never and other[1] > span[0] for other in ordered[:at])
        busy, until = Fraction(0), None
        for span in sorted(span for span in known if span[0] < span[1]):
            spans.append(span)
            start = span[0] if until is None else max(span[0], until)
            if span[1] > start:
                busy += seconds(start, span[1])
                spread(by_hour, start, span[1], source.zone)
            until = span[1] if until is None else max(until, span[1])
        busy_total += busy
        rows.append({
            "unit": unit, "unit_type": source.units[unit], "assignments": len(mine), "overlapping": overlapping,
            "without_length": without, "busy_hours": float(busy / 3600),
            "utilisation": float(busy / seconds(begin, end)),
        })
    hour = min(by_hour, key=lambda hour: (-by_hour[hour], hour))
    changes = sorted([(span[1], -1) for span in spans] + [(span[0], 1) for span in spans])
    now = most = 0
    for time, change in changes:
        now += change
        if now > most:
            most, since = now, time
    show = lambda time: time.astimezone(source.zone).isoformat()
    total = {
        "units": len(rows), "assignments": len(source.work), "overlapping": sum(row["overlapping"] for row in rows),
        "without_length": sum(row["without_length"] for row in rows), "busy_hours": float(busy_total / 3600),
        "utilisation": float(busy_total / (seconds(begin, end) * len(rows))),
        "busiest_hour": {"from": show(hour), "busy_hours": float(by_hour[hour] / 3600)},
        "most_concurrent_assignments": {"assignments": most, "from": show(since)},
    }
    return {"window": {"from": show(begin), "to": show(end)}, "rows": rows, "total": total}


def spread(by_hour, begin, end, zone):
    while begin < end:
        local = begin.astimezone(zone)
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        until = min(end, begin - into + timedelta(hours=1))
        by_hour[begin - into] = by_hour.get(begin - into, Fraction(0)) + seconds(begin, until)
        begin = until


def main():
    path, map_path, report = sys.argv[1:4]
    source = Source(path, map_path)
    if report == "utilisation":
        result = utilisation(source)
    else:
        by = sys.argv[5].split(",") if len(sys.argv) > 5 else []
        result = response_times(source, by)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
