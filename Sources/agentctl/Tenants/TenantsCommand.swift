internal import ArgumentParser

struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "tenants", "Tenants: your own, and for system administrators all of them.",
        examples: ["agentctl tenants current", "agentctl tenants list --filter 'state = SUSPENDED'"],
        subcommands: [
            CreateTenant.self, GetTenant.self, ListTenants.self, UpdateTenant.self, DeleteTenant.self,
            UndeleteTenant.self, SuspendTenant.self, ResumeTenant.self, ResolveTenant.self, CurrentTenant.self,
            UpdateCurrentTenant.self, ShowTenantStats.self,
        ])
}
