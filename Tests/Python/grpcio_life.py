"""What grpcio sees of the daemon's life; see grpcio_cases.py for the environment.

    python grpcio_life.py CASE

Somebody has to stop or start the daemon when this says so.
"""

import time

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from grpcio_cases import TIMEOUT, case, channel, equal, expect, reason, run, token
from grpcio_services import Services, create_agent, new_agent, who_am_i

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def say(word):
    print(word, flush=True)


@case
def watches_tell_that_it_stops():
    stub = health_pb2_grpc.HealthStub(channel())
    requests = (health_pb2.HealthCheckRequest(service=name) for name in ("", "liveness"))
    whole, live = (stub.Watch(request, timeout=TIMEOUT) for request in requests)
    equal((next(whole).status, next(live).status), (SERVING, SERVING), "the statuses")
    say("stop it")
    equal(next(whole).status, NOT_SERVING, "the status when it stops")
    expect(live.is_active(), "the watch of liveness has ended")
    for name, watch in {"the whole": whole, "liveness": live}.items():
        try:
            expect(False, f"the watch of {name} says {next(watch).status}")
        except grpc.RpcError as error:
            equal(error.code().name, "UNAVAILABLE", f"the end of the watch of {name}")


@case
def calls_in_flight_are_answered_when_it_stops():
    line = channel()
    services = Services(line)
    who_am_i(services)
    calls = [
        services.agents.CreateAgent.future(new_agent(f"held {number}"), metadata=token(), timeout=TIMEOUT)
        for number in range(8)
    ]
    say("stop it")
    until_it_is_away(line)
    # Nor does it take new connections.
    try:
        create_agent(Services(channel()), "late")
    except grpc.RpcError as error:
        equal(error.code().name, "UNAVAILABLE", "the code on a new connection")
    say("it refuses")
    equal({call.result().name for call in calls}, {f"held {number}" for number in range(8)}, "the agents")


def until_it_is_away(line):
    """Asks for what needs no database until nobody answers."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        expect(time.monotonic() < deadline, "it does not go away")
        try:
            health_pb2_grpc.HealthStub(line).Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
        except grpc.RpcError as error:
            equal(error.code().name, "UNAVAILABLE", "the code while it is away")
            break
        time.sleep(0.01)


def once_it_is_there(services):
    """Who the user is, as soon as the daemon knows it. It lets clients connect before it can serve them."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return who_am_i(services, wait_for_ready=True)
        except grpc.RpcError as error:
            if reason(error) != "STARTING":
                raise
        expect(time.monotonic() < deadline, "it does not get ready")
        time.sleep(0.01)


@case
def a_channel_survives_a_restart():
    line = channel()
    services = Services(line)
    before = who_am_i(services)
    say("restart it")
    until_it_is_away(line)
    say("it is away")
    equal(once_it_is_there(services), before, "who the user is afterwards")


@case
def a_call_waits_until_it_is_there():
    services = Services(channel())
    say("start it")
    expect(once_it_is_there(services).user.id > 0, "the user has no id")


run()
