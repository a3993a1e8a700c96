internal import ArgumentParser
internal import Storage
internal import Foundation
internal import Operations

/// What an operator decides about a conversion. What is not given stays as an earlier run began, or at its default.
struct ConvertDecisions: ParsableArguments {
    @Option(help: "A CSV file with lines agent_type,FROM,TO, status,FROM,TO and email,USER ID,NEW.")
    var mapping: String?

    @Option(help: "A CSV file with lines E-MAIL or DOMAIN,TENANT: these users and their agents go to that tenant.")
    var tenantMap: String?

    @Option(help: "The zone of the application's times, such as Europe/Berlin. By default UTC.")
    var legacyTimeZone: String?

    @Option(help: "The type of agents whose own is unknown. By default custom.")
    var unknownType: String?

    @Option(help: "The status of agents whose own is unknown. By default draft.")
    var unknownStatus: String?

    @Option(help: "The name of agents without one; {id} stands for the id. By default \"Agent {id}\".")
    var emptyName: String?

    @Option(help: "The role of users with is_superuser: member, tenant_admin or system_admin. By default tenant_admin.")
    var superusers: String?

    @Option(help: "What becomes of the agents of inactive users: keep or archive. By default keep.")
    var inactiveOwners: String?

    @Option(help: "What becomes of configurations that are no JSON object: wrap or empty. By default wrap.")
    var otherConfig: String?

    func rules() throws -> ConversionRules {
        var rules = ConversionRules()
        let given: [(ConversionOption, String?)] = [
            (.legacyTimeZone, legacyTimeZone), (.unknownType, unknownType), (.unknownStatus, unknownStatus),
            (.emptyName, emptyName), (.superusers, superusers), (.inactiveOwners, inactiveOwners),
            (.otherConfig, otherConfig),
        ]
        for (option, value) in given {
            if let value { try rules.decide(.option, option.rawValue, value) }
        }
        if let mapping { try rules.readMapping(try Self.text(of: mapping, "--mapping"), named: mapping) }
        if let tenantMap { try rules.readTenantMap(try Self.text(of: tenantMap, "--tenant-map"), named: tenantMap) }
        return rules
    }

    private static func text(of path: String, _ option: String) throws -> String {
        do {
            return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw Failure(
                .configuration, "The file \(path) of \(option) cannot be read: \(SystemError.reason(error))")
        }
    }
}
