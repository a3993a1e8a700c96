internal import AgentdClient
internal import AgentdCore

/// Hints that depend on who calls and on the tenant of the call.
extension Hint {
    /// How long the daemon may take to say who calls: a hint is not worth a long wait.
    private static let patience = Duration.seconds(5)

    /// Nil when the daemon does not say. Asked without the selected tenant, which may be what is wrong.
    private var identity: AgentdClient.Identity? {
        get async { try? await session.client.whoAmI(options: .init(timeout: Self.patience, tenant: "")) }
    }

    /// The tenant of the call, as commands take it.
    var tenantName: String {
        get async {
            if let tenant = settings.tenant { return tenant.value }
            return await identity?.tenant.slug ?? "TENANT"
        }
    }

    var role: String {
        get async {
            let needsSystem = error.message.contains("SYSTEM_ADMIN")
            let way =
                needsSystem
                ? "`agentd token create --system-admin` makes a key of a SYSTEM_ADMIN."
                : "an administrator of the tenant gives roles with `agentctl users update ID --role ROLE`."
            guard let identity = await identity else { return way }
            let user = identity.user
            return "you are \(user.email), a \(user.role.shortName) of \(identity.tenant.slug), by the token from "
                + "\(tokenSource); \(way)"
        }
    }

    /// Nil for who finds no other tenant than its own.
    var domainTaken: String? {
        get async {
            guard await identity?.user.role == .systemAdministrator else { return nil }
            return "`agentctl tenants resolve` shows which tenant has it."
        }
    }

    var tenantMismatch: String? {
        get async {
            guard let selected = settings.tenant, let identity = await identity else { return nil }
            let origin = "the tenant \(selected.value) (from \(selected.source))"
            if identity.user.role == .systemAdministrator {
                return
                    "you selected \(origin), whose user you are not. Leave it out, or use the key of one of its users: "
                    + "`agentctl tokens issue --tenant \(selected.value) --user-id ID` makes one."
            }
            return "only a system administrator selects \(origin); you are \(identity.user.email) of "
                + "\(identity.tenant.slug). Leave it out."
        }
    }

    func tenant(_ reason: Reason) -> String {
        let selected = settings.tenant.map { "the tenant \($0.value) (from \($0.source))" }
        let tenant = selected ?? "the tenant of the token from \(tokenSource)"
        return switch reason {
        case .tenantSuspended:
            "a system administrator lets \(tenant) work again with `agentctl tenants resume "
                + "\(settings.tenant?.value ?? "TENANT")`."
        case .tenantDeleted:
            "a system administrator takes that back with `agentctl tenants undelete ID`; `agentctl tenants list "
                + "--show-deleted` shows the id."
        default:
            error.message.contains("x-agentd-tenant")
                ? "\(tenant) is not there: `agentctl tenants list`, without it, shows those that are."
                : "`agentctl tenants list --show-deleted` shows all tenants; who is no system administrator finds "
                    + "its own alone."
        }
    }
}
