"""Deadlines and cancellation with grpcio, while something holds up the calls that need agents.

See grpcio_cases.py for the environment. Somebody keeps the table of the agents locked, and

    python grpcio_deadlines.py "calls are cancelled"

waits for SIGUSR1 when it has said `in flight`, before it cancels.
"""

import signal
import threading
import time

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from grpcio_cases import TIMEOUT, case, channel, equal, expect, run, token
from grpcio_services import Services, agents, new_agent, users

line = channel()
services = Services(line)
health = health_pb2_grpc.HealthStub(line)
CALLS = 20


def create(name, timeout):
    return services.agents.CreateAgent.future(new_agent(name), metadata=token(), timeout=timeout)


def codes(calls):
    return {call.code().name for call in calls}


@case
def calls_run_out_of_time():
    start = time.monotonic()
    calls = [create(f"late {number}", timeout=1) for number in range(CALLS)]
    equal(codes(calls), {"DEADLINE_EXCEEDED"}, "the codes")
    expect(time.monotonic() - start < 10, "they took far longer than a second")


@case
def calls_are_cancelled():
    told = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: told.set())
    # Whoever started this may have blocked it.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
    calls = [create(f"cancelled {number}", timeout=TIMEOUT) for number in range(CALLS)]
    print("in flight", flush=True)
    deadline = time.monotonic() + TIMEOUT
    # A handler runs when this thread wakes up, and the signal may come to another one.
    while not told.wait(0.05):
        expect(time.monotonic() < deadline, "nobody told to cancel")
    for call in calls:
        expect(call.cancel(), "a call cannot be cancelled")
    equal(codes(calls), {"CANCELLED"}, "the codes")
    # The daemon has seen them all when it answers what comes after them.
    health.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)


@case
def a_deadline_that_has_passed():
    try:
        services.agents.GetAgent(agents.GetAgentRequest(id=1), metadata=token(), timeout=1e-9)
    except grpc.RpcError as error:
        equal(error.code().name, "DEADLINE_EXCEEDED", "the code")
    else:
        expect(False, "it was answered")


@case
def deadlines_of_every_length():
    # grpcio writes them as nanoseconds up to hours.
    for timeout in (1, 90, 3_600, 100_000, 10_000_000, 1e9):
        answer = services.users.WhoAmI(users.WhoAmIRequest(), metadata=token(), timeout=timeout)
        expect(answer.user.id > 0, f"no user with a timeout of {timeout} s")


run()
