"""gzip with grpcio, both ways; see grpcio_cases.py for the environment."""

import random
import string
import uuid

import grpc

from grpcio_cases import TIMEOUT, case, channel, equal, refused, run, token
from grpcio_services import Services, agents, create_agent, new_agent, who_am_i

RUN = uuid.uuid4().hex[:12]
GZIP = grpc.Compression.Gzip
AS_MEMBER = {"metadata": token(), "timeout": TIMEOUT}


@case
def requests_and_answers_with_gzip():
    services = Services(channel(compression=GZIP))
    prompts = {
        "empty": "",
        "short": "a",
        "repetitive": "long " * 5_000,
        "varied": "".join(random.choices(string.printable, k=25_000)),
    }
    for name, prompt in prompts.items():
        created = create_agent(services, f"{RUN} {name}", prompt)
        equal(created.system_prompt, prompt, f"the {name} prompt of the answer")
        read = services.agents.GetAgent(agents.GetAgentRequest(id=created.id), **AS_MEMBER)
        equal(read.system_prompt, prompt, f"the {name} prompt")


@case
def one_call_with_gzip_on_a_plain_channel():
    services = Services(channel())
    for compression in (GZIP, grpc.Compression.NoCompression, GZIP):
        request = new_agent(f"{RUN} single", "x" * 20_000)
        created = services.agents.CreateAgent(request, compression=compression, **AS_MEMBER)
        equal(created.system_prompt, request.agent.system_prompt, "the prompt")


@case
def errors_with_gzip():
    services = Services(channel(compression=GZIP))
    get = lambda: services.agents.GetAgent(agents.GetAgentRequest(id=2**62), **AS_MEMBER)
    refused("NOT_FOUND", "AGENT_NOT_FOUND", get, "ResourceInfo")


@case
def a_bomb_is_refused():
    # 64 MiB that take 64 KiB on the wire.
    services = Services(channel(compression=GZIP, max_send_message_length=-1))
    request = new_agent(f"{RUN} bomb", "\0" * (64 << 20))
    create = lambda: services.agents.CreateAgent(request, **AS_MEMBER)
    refused("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", create, "QuotaFailure")
    who_am_i(services)


@case
def an_encoding_that_nobody_knows():
    # grpcio's own second one, which the daemon does not have.
    services = Services(channel(compression=grpc.Compression.Deflate))
    create = lambda: create_agent(services, f"{RUN} deflate", "x" * 20_000)
    refused("UNIMPLEMENTED", "ENCODING_UNSUPPORTED", create)


run()
