"""The metrics that there are: those of agentd's catalogue, and those that rules record."""

import re

CATALOGUE = "Sources/Operations/Metrics/MetricCatalogue.swift"
REASONS = [
    "Sources/AgentdCore/Reason.swift",
    "Sources/Listening/ConnectionRefusal.swift",
]
# What Prometheus adds to every series, and the label that a histogram has besides its own.
TARGET_LABELS = {"job", "instance"}
BUCKET_LABELS = {"le"}
# Prometheus writes it itself, for every target.
SYNTHETIC = {"up": set()}
# Fewer than this is a catalogue of another form than the expression below reads.
FEWEST = 10

DEFINITION = re.compile(r'MetricDefinition\(\s*"(\w+)",\s*\.(\w+),\s*(?:labels:\s*([^"\[]*)(\[[^\]]*\])?,)?')


def exposed():
    """Labels by name, as a scrape shows them: a histogram is three."""
    with open(CATALOGUE, encoding="utf-8") as file:
        text = file.read()
    shared = {
        name: set(re.findall(r'"(\w+)"', values))
        for name, values in re.findall(r"static let (\w+) = (\[(?:\s*\"\w+\",?)+\s*\])", text)
    }
    series = dict(SYNTHETIC)
    definitions = DEFINITION.findall(text)
    if len(definitions) < FEWEST:
        raise SystemExit(f"{CATALOGUE} has another form than scripts/packaging/checks/metrics.py reads")
    for name, kind, reference, values in definitions:
        labels = set(re.findall(r'"(\w+)"', values))
        for word in re.findall(r"\w+", reference):
            labels |= shared[word]
        if kind == "histogram":
            series[f"{name}_bucket"] = labels | BUCKET_LABELS
            series[f"{name}_sum"] = series[f"{name}_count"] = labels
        else:
            series[name] = labels
    return {name: labels | TARGET_LABELS for name, labels in series.items()}


def reasons():
    """Every value that a label named `reason` can have."""
    found = set()
    for path in REASONS:
        with open(path, encoding="utf-8") as file:
            found |= set(re.findall(r'= "([A-Z][A-Z_]+)"', file.read()))
    return found
