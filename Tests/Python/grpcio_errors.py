"""How errors reach grpcio: code, sentence, and the details of google.rpc; see grpcio_cases.py for the environment."""

import functools
import uuid

from grpcio_cases import TIMEOUT, add_case, case, channel, equal, expect, metadata, refused, run, token
from grpcio_services import Services, agents, create_agent, tenant, tenants

CALL = {"timeout": TIMEOUT}
AS_MEMBER = {"metadata": token(), **CALL}
AS_SYSTEM = {"metadata": token("AGENTD_SYSTEM_TOKEN"), **CALL}
RUN = uuid.uuid4().hex[:12]

services = Services(channel())
GET = services.agents.GetAgent
CREATE = services.agents.CreateAgent
GET_FIRST = agents.GetAgentRequest(id=1)


def bearer(text):
    return {"metadata": [("authorization", text)], **CALL}


ERRORS = {
    "no token": ("UNAUTHENTICATED", "TOKEN_MISSING", GET, GET_FIRST, CALL),
    "another scheme": ("UNAUTHENTICATED", "TOKEN_INVALID", GET, GET_FIRST, bearer("Basic YWRhOnNlY3JldA==")),
    "a token that is none": ("UNAUTHENTICATED", "TOKEN_INVALID", GET, GET_FIRST, bearer("Bearer nobody")),
    "a token that is too long": ("UNAUTHENTICATED", "TOKEN_INVALID", GET, GET_FIRST, bearer("Bearer " + "x" * 5_000)),
    "nothing with this id": (
        "NOT_FOUND",
        "AGENT_NOT_FOUND",
        GET,
        agents.GetAgentRequest(id=2**62),
        AS_MEMBER,
        "ResourceInfo",
    ),
    "a role that is too small": (
        "PERMISSION_DENIED",
        "ROLE_REQUIRED",
        services.tenants.ListTenants,
        tenants.ListTenantsRequest(),
        AS_MEMBER,
    ),
    "another tenant by its header": (
        "PERMISSION_DENIED",
        "TENANT_MISMATCH",
        GET,
        GET_FIRST,
        {"metadata": token("AGENTD_OTHER_TOKEN", x_agentd_tenant="acme"), **CALL},
    ),
    "fields that are wrong": (
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        CREATE,
        agents.CreateAgentRequest(agent=agents.Agent(agent_type=99), request_id="no uuid"),
        AS_MEMBER,
        "BadRequest",
    ),
    "no message where fields are required": (
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        CREATE,
        agents.CreateAgentRequest(),
        AS_MEMBER,
        "BadRequest",
    ),
    "an etag that is old": (
        "ABORTED",
        "ETAG_MISMATCH",
        lambda request, **options: services.agents.DeleteAgent(
            agents.DeleteAgentRequest(id=create_agent(services, f"{RUN} etag").id, etag="r0"), **options
        ),
        None,
        AS_MEMBER,
        "RetryInfo",
    ),
    "a name that is taken": (
        "ALREADY_EXISTS",
        "SLUG_TAKEN",
        services.tenants.CreateTenant,
        tenants.CreateTenantRequest(tenant=tenant.Tenant(slug="acme")),
        AS_SYSTEM,
    ),
    "a state that does not allow it": (
        "FAILED_PRECONDITION",
        "AGENT_NOT_DELETED",
        lambda request, **options: services.agents.UndeleteAgent(
            agents.UndeleteAgentRequest(id=create_agent(services, f"{RUN} not deleted").id), **options
        ),
        None,
        AS_MEMBER,
        "PreconditionFailure",
    ),
    "a page token that was altered": (
        "INVALID_ARGUMENT",
        "PAGE_TOKEN_INVALID",
        services.agents.ListAgents,
        agents.ListAgentsRequest(page_token="altered"),
        AS_MEMBER,
    ),
    "headers over the limit": (
        "RESOURCE_EXHAUSTED",
        "HEADERS_TOO_LARGE",
        GET,
        GET_FIRST,
        {"metadata": token() + [(f"x-header-{number}", "y" * 900) for number in range(10)], **CALL},
        "QuotaFailure",
    ),
}


def _refused(code, reason, call, request, options, *details):
    refused(code, reason, lambda: call(request, **options), *details)


for name, arguments in ERRORS.items():
    add_case(name, functools.partial(_refused, *arguments))


@case
def a_message_that_cannot_be_read():
    call = channel().unary_unary("/agentd.v1.AgentService/CreateAgent")
    messages = {
        "cut short": b"\x0a\x05\x22",
        "bad UTF-8": b"\x0a\x04\x22\x02\xc3\x28",
        "a surrogate": b"\x0a\x05\x22\x03\xed\xa0\x80",
        "a NUL": b"\x0a\x05\x22\x03a\x00b",
        "another wire type": b"\x08\x01",
        "a group": b"\x0b\x0c",
    }
    for name, message in messages.items():
        found = refused("INVALID_ARGUMENT", "MESSAGE_INVALID", lambda: call(message, **AS_MEMBER), "BadRequest")
        fields = [violation.field for violation in found["BadRequest"].field_violations]
        equal(len(fields), 1, f"{name}: the number of violations")
        if name in ("bad UTF-8", "a surrogate", "a NUL"):
            equal(fields, ["agent.name"], f"{name}: the field")


@case
def all_fields_that_are_wrong_are_named():
    request = agents.CreateAgentRequest(agent=agents.Agent(agent_type=99, config="["), request_id="no uuid")
    found = refused("INVALID_ARGUMENT", "FIELD_INVALID", lambda: CREATE(request, **AS_MEMBER), "BadRequest")
    fields = sorted(violation.field for violation in found["BadRequest"].field_violations)
    equal(fields, ["agent.agent_type", "agent.config", "agent.name", "request_id"], "the fields")
    for violation in found["BadRequest"].field_violations:
        expect(violation.description, f"{violation.field} has no description")


@case
def a_sentence_in_any_script_arrives():
    # In `grpc-message` they are percent-encoded.
    for field in ("größe", "名前", "100% 👩‍🚀", "%41", "a\tb\nc"):
        request = agents.UpdateAgentRequest(agent=agents.Agent(id=1, name="a"))
        request.update_mask.paths.append(field)
        update = lambda: services.agents.UpdateAgent(request, **AS_MEMBER)
        sentence = refused("INVALID_ARGUMENT", "FIELD_INVALID", update, "BadRequest")["error"].details()
        expect(field in sentence, f"{field!r} is not in {sentence!r}")


@case
def no_secret_comes_back():
    secret = "agd_0123456789abcdef01234567_" + "f" * 72
    error = refused("UNAUTHENTICATED", "TOKEN_INVALID", lambda: GET(GET_FIRST, **bearer(f"Bearer {secret}")))["error"]
    everything = f"{error.details()} {metadata(error)}"
    expect(secret[-20:] not in everything, f"the token comes back: {everything}")


run()
