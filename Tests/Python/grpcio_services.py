"""The services of agentd as the programs with grpcio call them, and short ways to make things."""

import grpcio_stubs
from grpcio_cases import TIMEOUT, token

agents, agents_grpc = grpcio_stubs.load("agentd/v1/agents.proto")
audit, audit_grpc = grpcio_stubs.load("agentd/v1/audit.proto")
tenant, _ = grpcio_stubs.load("agentd/v1/tenant.proto")
tenants, tenants_grpc = grpcio_stubs.load("agentd/v1/tenants.proto")
tokens, tokens_grpc = grpcio_stubs.load("agentd/v1/tokens.proto")
user, _ = grpcio_stubs.load("agentd/v1/user.proto")
users, users_grpc = grpcio_stubs.load("agentd/v1/users.proto")

SCHEMAS = [agents, audit, tenants, tokens, users]


class Services:
    """The stubs of all services on one channel."""

    def __init__(self, channel):
        self.agents = agents_grpc.AgentServiceStub(channel)
        self.audit = audit_grpc.AuditServiceStub(channel)
        self.tenants = tenants_grpc.TenantServiceStub(channel)
        self.tokens = tokens_grpc.TokenServiceStub(channel)
        self.users = users_grpc.UserServiceStub(channel)


def new_agent(name, prompt="", request_id=""):
    """The request that creates an agent."""
    agent = agents.Agent(name=name, agent_type=agents.AGENT_TYPE_RESEARCH, system_prompt=prompt)
    return agents.CreateAgentRequest(agent=agent, request_id=request_id)


def create_agent(services, name, prompt=""):
    return services.agents.CreateAgent(new_agent(name, prompt), metadata=token(), timeout=TIMEOUT)


def who_am_i(services, wait_for_ready=False, name="AGENTD_TOKEN"):
    return services.users.WhoAmI(
        users.WhoAmIRequest(), metadata=token(name), timeout=TIMEOUT, wait_for_ready=wait_for_ready
    )
