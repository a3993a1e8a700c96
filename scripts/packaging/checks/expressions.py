"""Prints every expression of PromQL that asks for what does not exist, one finding a line.

    expressions.py RECORDS.yml ALERTS.yml DASHBOARD.json TESTS.yml

Nothing complains of such an expression when it runs: it has no result, and an alert on it never fires. The tests of the
alerts are read too, for every alert needs one in which it fires and one in which it does not.
"""

import json
import re
import sys

import promql_parser
import yaml

import metrics

# What Grafana fills in, and something of the same kind to read the expression with.
VARIABLES = {"$__rate_interval": "5m", "$job": "agentd", "$instance": "one:9090"}


def main(records_path, alerts_path, dashboard_path, tests_path):
    known = metrics.exposed()
    reasons = metrics.reasons()
    records = list(rules(records_path))
    for rule in records:
        known[rule["record"]] = labels_of_result(rule["record"])
    alerts = list(rules(alerts_path))
    expressions = [
        *((records_path, rule["record"], rule["expr"]) for rule in records),
        *((alerts_path, rule["alert"], rule["expr"]) for rule in alerts),
        *((dashboard_path, name, text) for name, text in dashboard_expressions(dashboard_path)),
    ]
    for path, name, text in expressions:
        for problem in problems(text, known, reasons):
            print(f"{path}: {name}: {problem}")
    for problem in untested(alerts, tests_path):
        print(f"{tests_path}: {problem}")


def rules(path):
    with open(path, encoding="utf-8") as file:
        for group in yaml.safe_load(file)["groups"]:
            yield from group["rules"]


def labels_of_result(record):
    """A recorded metric is named LEVEL:METRIC:OPERATIONS, and its level says its labels."""
    levels = {"job": {"job"}, "job_method": {"job", "grpc_service", "grpc_method"}, "job_code": {"job", "grpc_code"}}
    level = record.split(":")[0]
    if level not in levels:
        raise SystemExit(f"{record}: the level {level} is none of {', '.join(levels)}")
    return levels[level]


def dashboard_expressions(path):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            # label_values(SELECTOR, LABEL)
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]).groups()
            yield variable["name"], f"count by ({label}) ({selector})"


def problems(text, known, reasons):
    for variable, value in VARIABLES.items():
        text = text.replace(variable, value)
    try:
        expression = promql_parser.parse(text)
    except ValueError as error:
        yield f"not PromQL: {error}"
        return
    for selector in selectors(expression):
        if selector.name not in known:
            yield f"there is no metric {selector.name}"
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in known[selector.name]:
                yield f"{selector.name} has no label {matcher.name}"
            if matcher.name == "reason":
                for value in set(matcher.value.split("|")) - reasons:
                    yield f"there is no reason {value}"
    for label in grouping_labels(expression):
        if not any(label in known.get(selector.name, ()) for selector in selectors(expression)):
            yield f"none of its metrics has the label {label}, by which it groups"


def parts(node):
    """The node and everything within it."""
    yield node
    for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
        child = getattr(node, name, None)
        if child is not None and not isinstance(child, (str, int, float)):
            yield from parts(child)
    for argument in getattr(node, "args", None) or []:
        yield from parts(argument)


def selectors(expression):
    return [node for node in parts(expression) if isinstance(node, promql_parser.VectorSelector)]


def grouping_labels(expression):
    for node in parts(expression):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            yield from node.modifier.labels


def untested(alerts, path):
    with open(path, encoding="utf-8") as file:
        cases = [case for test in yaml.safe_load(file)["tests"] for case in test.get("alert_rule_test", [])]
    for name in (rule["alert"] for rule in alerts):
        outcomes = {bool(case["exp_alerts"]) for case in cases if case["alertname"] == name}
        if True not in outcomes:
            yield f"no test in which {name} fires"
        if False not in outcomes:
            yield f"no test in which {name} does not fire"


if __name__ == "__main__":
    main(*sys.argv[1:])
