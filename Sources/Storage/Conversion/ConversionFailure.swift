internal import Postgres

/// Why a conversion does not go on, in words for an operator.
package enum ConversionFailure: Error, CustomStringConvertible, Sendable {
    /// It would do harm, or is not what was meant: nothing was changed by saying so.
    case refused(String)
    /// The database cannot be asked, or is too busy.
    case unavailable(String)
    /// Another converter works on this database.
    case busy(String)
    /// It was told to stop. What was done stays, and the next run goes on from there.
    case stopped

    package var description: String {
        switch self {
        case .refused(let text), .unavailable(let text), .busy(let text): text
        case .stopped: "Stopped. Everything up to here is kept: run `agentd convert` again to go on."
        }
    }

    /// Of whatever the rooms below throw.
    init(_ error: any Error) {
        switch error {
        case let failure as ConversionFailure: self = failure
        case let failure as ScriptConnection.Failure where failure.sqlState == "42501":
            self = .refused(
                "\(failure.message). AGENTD_OWNER_DATABASE_URL must connect as a superuser, or as the owner of the "
                    + "database with CREATEROLE.")
        case let failure as ScriptConnection.Failure: self = .unavailable(failure.description)
        case let failure as Migrator.Failure: self = .refused(failure.description)
        default: self = .unavailable("\(error)")
        }
    }
}
