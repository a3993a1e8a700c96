"""grpc.health.v1 through grpcio-health-checking, the standard client; see grpcio_cases.py for the environment."""

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from grpcio_cases import TIMEOUT, add_case, case, channel, equal, expect, refused, run

SERVICES = [
    "",
    "liveness",
    "readiness",
    "agentd.v1.AgentService",
    "agentd.v1.AuditService",
    "agentd.v1.TenantService",
    "agentd.v1.TokenService",
    "agentd.v1.UserService",
    "grpc.health.v1.Health",
]
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN

stub = health_pb2_grpc.HealthStub(channel())


def request(service):
    return health_pb2.HealthCheckRequest(service=service)


def check(service):
    return stub.Check(request(service), timeout=TIMEOUT).status


def _is_serving(service):
    equal(check(service), SERVING, "the status of Check")
    watch = stub.Watch(request(service), timeout=TIMEOUT)
    equal(next(watch).status, SERVING, "the first status of Watch")
    expect(watch.is_active(), "Watch has ended")
    watch.cancel()
    equal(watch.code(), grpc.StatusCode.CANCELLED, "the code of Watch")


for name in SERVICES:
    add_case(f"service {name or 'of the whole'}", lambda name=name: _is_serving(name))


@case
def an_unknown_service_is_not_found():
    refused("NOT_FOUND", "HEALTH_SERVICE_UNKNOWN", lambda: check("agentd.v1.Nothing"))


@case
def watching_an_unknown_service_goes_on():
    watch = stub.Watch(request("agentd.v1.Nothing"), timeout=TIMEOUT)
    equal(next(watch).status, SERVICE_UNKNOWN, "the status")
    # It would have ended before this call is answered.
    equal(check(""), SERVING, "the status of the whole")
    expect(watch.is_active(), "Watch has ended")
    watch.cancel()


@case
def a_wrong_token_does_not_matter():
    answer = stub.Check(request(""), metadata=[("authorization", "Bearer nobody")], timeout=TIMEOUT)
    equal(answer.status, SERVING, "the status")


@case
def a_hundred_watches_on_one_connection():
    watches = [stub.Watch(request("readiness"), timeout=TIMEOUT) for _ in range(100)]
    equal([next(watch).status for watch in watches], [SERVING] * 100, "the statuses")
    equal(check(""), SERVING, "the status of the whole")
    for watch in watches:
        watch.cancel()


@case
def watching_ends_with_the_deadline():
    watch = stub.Watch(request(""), timeout=0.3)
    equal(next(watch).status, SERVING, "the status")
    try:
        next(watch)
    except grpc.RpcError as error:
        equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED, "the code")
    else:
        expect(False, "Watch said something after its first status")


run()
