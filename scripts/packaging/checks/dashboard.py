"""Prints what is wrong with a Grafana dashboard, one finding a line.

    dashboard.py DASHBOARD.json
"""

import json
import sys

from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

# Every query goes to the Prometheus that the person who looks has chosen.
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# The width of Grafana's grid.
COLUMNS = 24


def main(path):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    findings = [*lost_in_model(dashboard), *structure(dashboard)]
    for finding in findings:
        print(f"{path}: {finding}")


def lost_in_model(dashboard):
    """What Grafana's own model of a dashboard does not know, or takes for something else.

    The model drops what it does not know: a dashboard that comes out of it unchanged holds nothing else.
    """
    plugins.register_default_plugins()
    try:
        model = Dashboard.from_json(dashboard)
        known = json.loads(encoder.JSONEncoder().encode(model))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        yield f"Grafana's model does not take it: {error!r}"
        return
    yield from differences(dashboard, known, "")


def differences(ours, known, path):
    if isinstance(ours, dict) and isinstance(known, dict):
        for key, value in ours.items():
            if key in known:
                yield from differences(value, known[key], f"{path}.{key}")
            else:
                yield f"Grafana's model has no {path}.{key}"
    elif isinstance(ours, list) and isinstance(known, list) and len(ours) == len(known):
        for index, (value, other) in enumerate(zip(ours, known)):
            yield from differences(value, other, f"{path}[{index}]")
    elif ours != known:
        yield f"{path} is {ours!r} here and {known!r} in Grafana's model"


def structure(dashboard):
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    if "datasource" not in variables:
        yield "there is no variable named datasource, so nobody can choose a Prometheus"
    panels = dashboard["panels"]
    identifiers = [panel["id"] for panel in panels]
    for identifier in sorted({each for each in identifiers if identifiers.count(each) > 1}):
        yield f"two panels have the id {identifier}"
    for panel in panels:
        for problem in panel_problems(panel):
            yield f"panel {panel['id']} ({panel.get('title', 'without a title')}): {problem}"
    yield from overlaps(panels)


def panel_problems(panel):
    if not panel.get("title"):
        yield "it has no title"
    if panel["type"] == "row":
        return
    if not panel.get("description"):
        yield "it has no description: say what it shows and what follows from it"
    if panel.get("datasource") != DATASOURCE:
        yield f"its datasource is not {json.dumps(DATASOURCE)}"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield "it has no unit"
    targets = panel.get("targets", [])
    if not targets:
        yield "it has no query"
    names = [target.get("refId") for target in targets]
    if len(set(names)) != len(names) or None in names:
        yield "its queries need a refId each"
    for target in targets:
        if not target.get("expr"):
            yield f"its query {target.get('refId')} has no expression"
        if len(targets) > 1 and not target.get("legendFormat"):
            yield f"its query {target.get('refId')} has no legend, and there are several"


def overlaps(panels):
    taken = {}
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] + place["w"] > COLUMNS:
            yield f"panel {panel['id']} is wider than the dashboard"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["id"])
                if other != panel["id"]:
                    yield f"panel {panel['id']} lies on panel {other}"
                    return


if __name__ == "__main__":
    main(sys.argv[1])
