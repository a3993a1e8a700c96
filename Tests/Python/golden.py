"""Prints the golden messages of Tests/MessagesTests/GoldenMessages.swift: a name, a message's full name, and its bytes
in hexadecimal, as Python's protobuf writes them. The same values stand in Tests/MessagesTests/MessageSamples.swift.
"""

from schemas import message

TENANT = "01234567-89ab-cdef-8123-456789abcdef"
TIME = {"seconds": 1_700_000_000, "nanos": 123_456_000}
EARLY_TIME = {"seconds": -1, "nanos": 999_999_000}

AGENT = {
    "id": 9_007_199_254_740_993,
    "tenant_id": TENANT,
    "owner_id": 42,
    "name": "Zoë's \"helper\" 👩‍🚀",
    "description": "line one\nline two",
    "agent_type": 4,
    "status": 2,
    "system_prompt": "Answer in 日本語.",
    "config": '{"temperature": 0.5}',
    "is_public": True,
    "is_active": True,
    "create_time": EARLY_TIME,
    "update_time": TIME,
    "etag": "r7",
}
USER = {
    "id": 5,
    "tenant_id": TENANT,
    "email": "ann@acme.example",
    "display_name": "Ann",
    "role": 2,
    "is_active": True,
    "create_time": TIME,
    "update_time": TIME,
    "etag": "r1",
}
TENANT_MESSAGE = {
    "id": TENANT,
    "slug": "acme",
    "display_name": "Acme",
    "domain": "acme.example",
    "state": 2,
    "features": ["custom_agents", "priority_support"],
    "limits": {"max_agents": 1_000, "requests_per_second": 50},
    "create_time": TIME,
    "update_time": TIME,
    "etag": "r3",
}
TOKEN = {
    "id": "0123456789abcdef01234567",
    "tenant_id": TENANT,
    "user_id": 5,
    "display_name": "laptop",
    "create_time": TIME,
    "expire_time": TIME,
}
STATS = {
    "tenant_id": TENANT,
    "read_time": TIME,
    "agents": {"total": 10, "draft": 1, "active": 2, "paused": 3, "archived": 4, "deleted": 5},
    "users": {"total": 6, "active": 7, "administrators": 8, "deleted": 9},
    "tokens": {"valid": 10, "expired": 11, "revoked": 12},
    "storage_bytes": 2**40,
    "last_hour": {},
    "last_day": {"calls": 3, "errors": 1, "mean_latency": {"seconds": 1, "nanos": 500_002_000}},
    "by_type": [
        {"key": "AGENT_TYPE_RESEARCH", "agents": 9, "storage_bytes": 90},
        {"key": "AGENT_TYPE_CUSTOM", "agents": 1, "storage_bytes": 10},
    ],
    "by_status": [{"key": "AGENT_STATUS_DRAFT", "agents": 1, "storage_bytes": 100}],
    "by_owner": [{"key": "42", "agents": 10, "storage_bytes": 2**63 - 1}],
    "by_day": [{"date": "2026-01-31", "created": 11, "deleted": 5}],
}
AUDIT_EVENT = {
    "id": 2**53 + 1,
    "tenant_id": TENANT,
    "actor_tenant_id": "00000000-0000-0001-0000-000000000002",
    "actor_user_id": 5,
    "token_id": "jwt",
    "action": "AgentService.UpdateAgent",
    "outcome": 1,
    "object_type": "agent",
    "object_id": "42",
    "changes": '{"name": {"before": "a", "after": "é"}}',
    "call_id": "call-1",
    "create_time": TIME,
}
REFUSED_EVENT = {
    "id": 7,
    "tenant_id": TENANT,
    "actor_tenant_id": TENANT,
    "action": "UserService.DeleteUser",
    "outcome": 2,
    "create_time": {},
}
HEADERS = [
    {"key": "authorization", "value": b"Bearer t"},
    {"key": "x-bin", "value": b"\x00\xff"},
]

GOLDEN = [
    ("agent", "agentd.v1.Agent", AGENT),
    (
        "createAgent",
        "agentd.v1.CreateAgentRequest",
        {"agent": {"name": "A", "agent_type": -1}, "request_id": "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab"},
    ),
    (
        "updateAgent",
        "agentd.v1.UpdateAgentRequest",
        {"agent": {"id": -3, "etag": "r7"}, "update_mask": {"paths": ["name", "is_public"]}},
    ),
    (
        "listAgents",
        "agentd.v1.ListAgentsRequest",
        {
            "page_size": -1,
            "page_token": "abc",
            "filter": 'name : "x"',
            "order_by": "name desc",
            "show_deleted": True,
        },
    ),
    ("listAgentsResponse", "agentd.v1.ListAgentsResponse", {"agents": [AGENT, AGENT], "next_page_token": "next"}),
    ("batchGetAgents", "agentd.v1.BatchGetAgentsRequest", {"ids": [1, -1, 2**63 - 1, -(2**63), 0]}),
    ("tenant", "agentd.v1.Tenant", TENANT_MESSAGE),
    ("user", "agentd.v1.User", USER),
    ("issueTokenResponse", "agentd.v1.IssueTokenResponse", {"token": TOKEN, "secret": "agd_x"}),
    (
        "updateTenant",
        "agentd.v1.UpdateTenantRequest",
        {
            "tenant": TENANT_MESSAGE,
            "update_mask": {"paths": ["state", "limits.max_agents"]},
            "request_id": "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab",
        },
    ),
    ("resolveTenant", "agentd.v1.ResolveTenantRequest", {"domain": ""}),
    (
        "updateTenantSettings",
        "agentd.v1.UpdateTenantSettingsRequest",
        {
            "settings": [{"key": "default_page_size", "value": "7"}, {"key": "max_prompt_bytes"}],
            "etag": "r3",
            "request_id": "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab",
        },
    ),
    ("tenantStats", "agentd.v1.TenantStats", STATS),
    (
        "listAuditEventsResponse",
        "agentd.v1.ListAuditEventsResponse",
        {"audit_events": [AUDIT_EVENT, REFUSED_EVENT], "next_page_token": "next"},
    ),
    ("healthCheckResponse", "grpc.health.v1.HealthCheckResponse", {"status": 1}),
    ("hello", "agentd.wire.v1.ClientFrame", {"hello": {"version": 1, "headers": HEADERS}}),
    (
        "request",
        "agentd.wire.v1.ClientFrame",
        {
            "request": {
                "id": 2**64 - 1,
                "method": "/agentd.v1.AgentService/GetAgent",
                "headers": HEADERS,
                "timeout_ms": 1_500,
                "message": b"\x08\x07",
            }
        },
    ),
    ("ping", "agentd.wire.v1.ClientFrame", {"ping": {"token": 8}}),
    (
        "welcome",
        "agentd.wire.v1.ServerFrame",
        {"welcome": {"version": 1, "max_message_bytes": 1_048_576, "max_in_flight": 1_024}},
    ),
    (
        "response",
        "agentd.wire.v1.ServerFrame",
        {"response": {"id": 7, "headers": [{"key": "x-request-id", "value": b"call-1"}], "message": b"\x08\x01"}},
    ),
    ("goAway", "agentd.wire.v1.ServerFrame", {"go_away": {"last_id": 3, "reason": "DRAINING"}}),
]


def main():
    for name, schema, values in GOLDEN:
        print(name, schema, message(schema)(**values).SerializeToString(deterministic=True).hex())


if __name__ == "__main__":
    main()
