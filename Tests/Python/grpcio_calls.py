"""Calls of every service with stubs of grpcio, and their metadata; see grpcio_cases.py for the environment."""

import asyncio
import uuid

import grpc

from grpcio_cases import (
    TIMEOUT,
    add_case,
    aio_channel,
    case,
    channel,
    equal,
    expect,
    metadata,
    refused,
    run,
    token,
)
from grpcio_services import (
    SCHEMAS,
    Services,
    agents,
    audit,
    create_agent,
    new_agent,
    tenant,
    tenants,
    tokens,
    user,
    users,
    who_am_i,
)

CALL = {"timeout": TIMEOUT}
AS_MEMBER = {"metadata": token(), **CALL}
AS_SYSTEM = {"metadata": token("AGENTD_SYSTEM_TOKEN"), **CALL}
RUN = uuid.uuid4().hex[:12]

services = Services(channel())


def not_found(request, **options):
    """The error of asking for an agent that the caller does not see."""
    call = lambda: services.agents.GetAgent(request, **options)
    return refused("NOT_FOUND", "AGENT_NOT_FOUND", call, "ResourceInfo")["error"]


@case
def agents_from_creation_to_deletion():
    stub = services.agents
    request = new_agent(f'{RUN} Zoë\'s "first" 👩‍🚀', prompt="Answer in 日本語.\n" * 500, request_id=str(uuid.uuid4()))
    created = stub.CreateAgent(request, **AS_MEMBER)
    equal(created.name, request.agent.name, "the name")
    equal(created.system_prompt, request.agent.system_prompt, "the prompt")
    equal(stub.CreateAgent(request, **AS_MEMBER), created, "the answer to the same request_id")
    equal(stub.GetAgent(agents.GetAgentRequest(id=created.id), **AS_MEMBER), created, "the agent")
    several = stub.BatchGetAgents(agents.BatchGetAgentsRequest(ids=[created.id, 2**62]), **AS_MEMBER)
    equal((list(several.agents), list(several.missing_ids)), ([created], [2**62]), "several agents")
    update = agents.UpdateAgentRequest(agent=agents.Agent(id=created.id, name=f"{RUN} renamed", is_public=True))
    update.update_mask.paths.extend(["name", "is_public"])
    changed = stub.UpdateAgent(update, **AS_MEMBER)
    equal((changed.name, changed.is_public), (f"{RUN} renamed", True), "what was changed")
    listed = stub.ListAgents(agents.ListAgentsRequest(filter=f'name = "{RUN} renamed"'), **AS_MEMBER)
    equal(list(listed.agents), [changed], "the list")
    listed = stub.ListPublicAgents(agents.ListPublicAgentsRequest(filter=f'name = "{RUN} renamed"'), **AS_MEMBER)
    equal(list(listed.agents), [changed], "the public list")
    stub.DeleteAgent(agents.DeleteAgentRequest(id=created.id), **AS_MEMBER)
    not_found(agents.GetAgentRequest(id=created.id), **AS_MEMBER)
    back = stub.UndeleteAgent(agents.UndeleteAgentRequest(id=created.id), **AS_MEMBER)
    expect(back.is_active, "the agent is still deleted")


@case
def pages_of_a_list():
    names = [f"{RUN} page {number}" for number in range(7)]
    for name in names:
        create_agent(services, name)
    request = agents.ListAgentsRequest(page_size=3, filter=f'name = "{RUN} page*"', order_by="name")
    seen, pages = [], 0
    while True:
        page = services.agents.ListAgents(request, **AS_MEMBER)
        seen += [agent.name for agent in page.agents]
        pages += 1
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    equal((seen, pages), (names, 3), "the names and the number of pages")


@case
def tenants_users_and_keys():
    made = services.tenants.CreateTenant(
        tenants.CreateTenantRequest(tenant=tenant.Tenant(slug=f"t{RUN}", display_name="Zürich")), **AS_SYSTEM
    )
    inside = {"metadata": token("AGENTD_SYSTEM_TOKEN", x_agentd_tenant=made.slug), **CALL}
    equal(services.tenants.GetTenant(tenants.GetTenantRequest(id=made.id), **AS_SYSTEM), made, "the tenant")
    listed = services.tenants.ListTenants(tenants.ListTenantsRequest(filter=f"slug = {made.slug}"), **AS_SYSTEM)
    equal(list(listed.tenants), [made], "the tenants")
    one = services.users.CreateUser(
        users.CreateUserRequest(user=user.User(email=f"zoe@{RUN}.example", role=user.ROLE_TENANT_ADMIN)), **inside
    )
    equal(services.users.GetUser(users.GetUserRequest(id=one.id), **inside), one, "the user")
    issued = services.tokens.IssueToken(tokens.IssueTokenRequest(user_id=one.id), **inside)
    as_new_user = {"metadata": [("authorization", f"Bearer {issued.secret}")], **CALL}
    equal(services.users.WhoAmI(users.WhoAmIRequest(), **as_new_user).user, one, "who the new user is")
    equal(len(services.users.ListUsers(users.ListUsersRequest(), **as_new_user).users), 1, "the number of users")
    keys = services.tokens.ListTokens(tokens.ListTokensRequest(), **as_new_user)
    equal([key.id for key in keys.tokens], [issued.token.id], "the keys")
    current = services.tenants.GetCurrentTenant(tenants.GetCurrentTenantRequest(), **as_new_user)
    equal(current.id, made.id, "the current tenant")
    events = services.audit.ListAuditEvents(audit.ListAuditEventsRequest(), **as_new_user).audit_events
    expect("TokenService.IssueToken" in [event.action for event in events], "the key is not in the audit trail")
    stats = services.tenants.GetTenantStats(tenants.GetTenantStatsRequest(), **as_new_user)
    equal(stats.users.total, 1, "the number of users in the statistics")
    services.tokens.RevokeToken(tokens.RevokeTokenRequest(id=issued.token.id), **inside)
    services.tenants.DeleteTenant(tenants.DeleteTenantRequest(id=made.id), **AS_SYSTEM)


@case
def every_method_of_the_schemas_is_served():
    count = 0
    line = channel()
    for schema in SCHEMAS:
        for service in schema.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                call = line.unary_unary(f"/{service.full_name}/{method.name}")
                try:
                    call(b"", **AS_SYSTEM)
                except grpc.RpcError as error:
                    known = {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED"}
                    expect(error.code().name in known, f"{method.full_name}: {error.code().name} {error.details()}")
                count += 1
    equal(count, 30, "the number of methods")


@case
def a_request_id_comes_back():
    with_id = {"metadata": token(x_request_id=f"call-{RUN}"), **CALL}
    _, call = services.users.WhoAmI.with_call(users.WhoAmIRequest(), **with_id)
    equal(metadata(call)["x-request-id"], f"call-{RUN}", "the x-request-id of a success")
    error = not_found(agents.GetAgentRequest(id=1 << 61), **with_id)
    equal(metadata(error)["x-request-id"], f"call-{RUN}", "the x-request-id of an error")


@case
def a_request_id_is_made():
    names = set()
    for _ in range(2):
        _, call = services.users.WhoAmI.with_call(users.WhoAmIRequest(), **AS_MEMBER)
        names.add(str(uuid.UUID(metadata(call)["x-request-id"])))
    equal(len(names), 2, "the number of different ids")


@case
def other_metadata_does_no_harm():
    more = [("x-some-bin", bytes(range(256))), ("x-empty", ""), ("x-twice", "a"), ("x-twice", "b"), ("x-space", "a b")]
    answer = services.users.WhoAmI(users.WhoAmIRequest(), metadata=token() + more, **CALL)
    expect(answer.user.id > 0, "the user has no id")


@case
def another_tenant_is_not_seen():
    agent = create_agent(services, f"{RUN} hidden")
    as_other = {"metadata": token("AGENTD_OTHER_TOKEN"), **CALL}
    request = agents.GetAgentRequest(id=agent.id)
    theirs = not_found(request, **as_other)
    request.id = 2**62
    equal(theirs.details(), not_found(request, **as_other).details(), "what is said of another tenant's agent")


def _unknown(path):
    call = channel().unary_unary(path)
    refused("UNIMPLEMENTED", "METHOD_UNKNOWN", lambda: call(b"", **AS_MEMBER))


for name, path in {
    "an unknown method": "/agentd.v1.AgentService/Fly",
    "an unknown service": "/agentd.v1.Nothing/GetAgent",
    "an unknown package": "/agentd.v2.AgentService/GetAgent",
    "a path without a method": "/agentd.v1.AgentService",
    "a method in other letters": "/agentd.v1.agentservice/getagent",
}.items():
    add_case(name, lambda path=path: _unknown(path))


@case
async def a_thousand_calls_at_once():
    async with aio_channel() as line:
        stub = Services(line)
        made = await asyncio.gather(
            *(stub.agents.CreateAgent(new_agent(f"{RUN} {number}"), **AS_MEMBER) for number in range(500))
        )
        read = await asyncio.gather(
            *(stub.agents.GetAgent(agents.GetAgentRequest(id=agent.id), **AS_MEMBER) for agent in made + made)
        )
    equal(len({agent.id for agent in made}), 500, "the number of agents")
    equal(list(read), list(made + made), "what was read")


@case
def many_channels():
    lines = [channel() for _ in range(50)]
    calls = [Services(line).users.WhoAmI.future(users.WhoAmIRequest(), **AS_MEMBER) for line in lines]
    equal(len({call.result().user.id for call in calls}), 1, "the number of users")
    for line in lines:
        line.close()


def too_large(call):
    sentence = refused("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", call, "QuotaFailure")["error"].details()
    expect("1048576" in sentence, f"the limit is not named: {sentence}")


@case
def requests_over_the_limit_are_refused():
    request = new_agent(f"{RUN} large", prompt="x" * (2 << 20))
    too_large(lambda: services.agents.CreateAgent(request, **AS_MEMBER))
    who_am_i(services)


@case
async def answers_over_the_limit_are_refused():
    async with aio_channel() as line:
        stub = Services(line).agents
        requests = [new_agent(f"{RUN} long {number}", "y" * 25_000) for number in range(60)]
        made = await asyncio.gather(*(stub.CreateAgent(request, **AS_MEMBER) for request in requests))
    request = agents.BatchGetAgentsRequest(ids=[agent.id for agent in made])
    too_large(lambda: services.agents.BatchGetAgents(request, **AS_MEMBER))
    # Ten of them are more than the windows of HTTP/2 hold at first.
    request = agents.BatchGetAgentsRequest(ids=[agent.id for agent in made[:10]])
    equal(len(services.agents.BatchGetAgents(request, **AS_MEMBER).agents), 10, "the number of agents")
    # What is over the client's own limit ends the call there, and not the connection.
    small = channel(max_receive_message_length=1_000)
    refused("RESOURCE_EXHAUSTED", None, lambda: Services(small).agents.BatchGetAgents(request, **AS_MEMBER))
    who_am_i(Services(small))


run()
