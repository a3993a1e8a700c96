"""Prints what is wrong with rendered Kubernetes manifests, one finding a line.

    kubectl kustomize FOLDER | manifests.py FOLDER
"""

import sys

import kubernetes_validate
import yaml

# The oldest Kubernetes that has everything the manifests use, and the newest that there is a schema for.
VERSIONS = ["1.30.0", kubernetes_validate.latest_version()]
# agentd ends by itself this long after SIGTERM.
SHUTDOWN_SECONDS = 30
# What agentd's health service answers for, and the pages of its admin address that say the same.
SERVICES = {"startupProbe": "liveness", "livenessProbe": "liveness", "readinessProbe": "readiness"}
PAGES = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


def main(folder):
    objects = [each for each in yaml.safe_load_all(sys.stdin) if each]
    for each in objects:
        name = f"{each.get('kind')} {each.get('metadata', {}).get('name')}"
        # What has not the form of its kind cannot be looked into.
        for problem in list(schema_problems(each)) or object_problems(each, objects):
            print(f"{folder}: {name}: {problem}")


def schema_problems(each):
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(each, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            yield f"not of Kubernetes {version}: {path}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError:
            yield f"Kubernetes {version} does not know apiVersion {each.get('apiVersion')}"


def object_problems(each, objects):
    kind = each["kind"]
    if kind in ("Deployment", "Job"):
        yield from pod_problems(each["spec"]["template"]["spec"])
    if kind == "Deployment":
        yield from deployment_problems(each)
    if kind in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
        yield from selection_problems(each, objects)


def pod_problems(pod):
    if pod.get("enableServiceLinks") is not False:
        yield "enableServiceLinks is not false: variables that Kubernetes adds would be unknown settings of agentd"
    if pod.get("automountServiceAccountToken") is not False:
        yield "agentd needs no token of Kubernetes: automountServiceAccountToken: false"
    if not pod.get("securityContext", {}).get("runAsNonRoot"):
        yield "it may run as root"
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    for container in pod["containers"]:
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False or not context.get("readOnlyRootFilesystem"):
            yield f"container {container['name']} may gain privileges or write to its file system"
        if context.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"container {container['name']} keeps capabilities"
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield f"container {container['name']} has no limit of memory"
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"container {container['name']} mounts {mount['name']}, which is no volume"
        for variable in container.get("env", []):
            if variable["name"].endswith(("_URL", "_SECRET", "_TOKEN")):
                yield f"{variable['name']} is a secret in the environment: give it as a file"


def deployment_problems(deployment):
    if deployment["spec"].get("replicas", 1) < 2:
        yield "one replica is none while it is exchanged"
    pod = deployment["spec"]["template"]["spec"]
    for container in pod["containers"]:
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if pod.get("terminationGracePeriodSeconds", 30) <= SHUTDOWN_SECONDS + pause:
            yield f"it is killed before the {pause} s of preStop and the {SHUTDOWN_SECONDS} s of agentd are over"
        names = {variable["name"] for variable in container.get("env", [])}
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for name in SERVICES:
            yield from probe_problems(name, container.get(name), ports, "AGENTD_TLS_CERTIFICATE" in names)


def probe_problems(name, probe, ports, encrypted):
    if not probe:
        yield f"there is no {name}"
    elif encrypted:
        if "grpc" in probe:
            yield f"{name} speaks plain gRPC to a port with TLS"
        page = probe.get("httpGet", {})
        if (page.get("path"), page.get("port")) != (PAGES[name], "admin"):
            yield f"{name} does not ask {PAGES[name]} of the port admin"
    elif probe.get("grpc") != {"port": ports["clients"], "service": SERVICES[name]}:
        yield f"{name} does not ask for {SERVICES[name]} on the port {ports['clients']}"


def selection_problems(each, objects):
    """What selects pods must select some, by all its labels, and name ports that they have."""
    spec = each["spec"]
    selector = spec.get("podSelector", spec.get("selector", {}))
    wanted = selector if each["kind"] == "Service" else selector.get("matchLabels", {})
    templates = [other["spec"]["template"] for other in objects if other["kind"] == "Deployment"]
    selected = [
        template
        for template in templates
        if wanted and wanted.items() <= template["metadata"]["labels"].items()
    ]
    if not selected:
        yield f"it selects no pod: {wanted}"
    names = {
        port["name"] for template in selected for container in template["spec"]["containers"]
        for port in container["ports"]
    }
    targets = [port["targetPort"] for port in spec.get("ports", []) if "targetPort" in port]
    targets += [port["port"] for rule in spec.get("ingress", []) for port in rule["ports"]]
    for target in targets:
        if isinstance(target, str) and target not in names:
            yield f"no pod that it selects has a port {target}"


if __name__ == "__main__":
    main(sys.argv[1])
