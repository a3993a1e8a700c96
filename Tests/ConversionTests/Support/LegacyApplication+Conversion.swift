internal import Storage
internal import Synchronization
internal import TestSupport

extension LegacyApplication {
    var conversion: Conversion {
        Conversion(ownerConninfo: database.owner, defaultTenantSlug: "default", rowLevelSecurity: true)
    }

    /// Runs a conversion to its end.
    @discardableResult
    func convert(_ rules: ConversionRules = ConversionRules()) throws -> ConversionReport {
        try conversion.run(rules)
    }

    /// Runs a conversion, and stops it before one of its steps, counted from 1.
    func convert(upTo number: Int, _ rules: ConversionRules = ConversionRules()) throws {
        let isStopped = Flag()
        do {
            _ = try conversion.run(rules, isStopped: { isStopped.isSet }) { progress in
                switch progress {
                case .began(number, _, _): isStopped.set()
                default: break
                }
            }
        } catch .stopped {
            return
        }
    }
}

/// Set by one thread and read by others.
final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock(\.self) }

    func set() { value.withLock { $0 = true } }
}

/// Decisions that are known to be right.
func rules(_ decisions: (ConversionRules.Kind, String, String)...) throws -> ConversionRules {
    var rules = ConversionRules()
    for (kind, from, to) in decisions { try rules.decide(kind, from, to) }
    return rules
}
