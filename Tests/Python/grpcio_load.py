"""Creates agents with grpcio on and on, until the daemon lets go of it, and tells what became of each.

    python grpcio_load.py NAME

See grpcio_cases.py for the environment. The agents are called `NAME-0-0` and so on. It says `under load` when many have
been created, and in the end, as JSON: the names that were acknowledged, and how each of the other calls ended.
"""

import asyncio
import json
import sys

import grpc

from grpcio_cases import TIMEOUT, aio_channel, reason, token
from grpcio_services import Services, new_agent

CHANNELS = 2
CALLS_ON_EACH = 16
# Agents after which it is under load.
MANY = 200


class Load:
    def __init__(self, name):
        self.name = name
        self.acknowledged = []
        self.failures = {}

    async def run(self):
        lines = [aio_channel() for _ in range(CHANNELS)]
        await asyncio.gather(
            *(self.create(lines[number % CHANNELS], number) for number in range(CHANNELS * CALLS_ON_EACH))
        )
        for line in lines:
            await line.close()

    async def create(self, line, number):
        """One agent after the other, until one cannot be created."""
        stub = Services(line).agents
        count = 0
        while True:
            name = f"{self.name}-{number}-{count}"
            try:
                await stub.CreateAgent(new_agent(name), metadata=token(), timeout=TIMEOUT)
            except grpc.RpcError as error:
                self.failures[name] = how(error)
                return
            count += 1
            self.acknowledged.append(name)
            if len(self.acknowledged) == MANY:
                print("under load", flush=True)


def how(error):
    """`not connected` of a call that was never sent, the reason that the daemon gave, or what the library says."""
    if given := reason(error):
        return given
    if error.code() == grpc.StatusCode.UNAVAILABLE and "failed to connect" in error.details():
        return "not connected"
    return f"{error.code().name}: {error.details()}"


load = Load(sys.argv[1])
asyncio.run(load.run())
print(json.dumps({"acknowledged": load.acknowledged, "failures": load.failures}))
