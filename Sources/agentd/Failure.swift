internal import Operations
internal import Storage

/// Why a command ends, with its exit code: those of sysexits.h, which process managers know.
struct Failure: Error {
    enum Kind: Int32 {
        /// EX_UNAVAILABLE: the database cannot be reached, or an address is taken.
        case unavailable = 69
        /// EX_SOFTWARE: a bug.
        case software = 70
        /// EX_TEMPFAIL: it was told to stop, and goes on when it is run again.
        case stopped = 75
        /// EX_CONFIG: a setting, or a database that could not keep tenants apart.
        case configuration = 78
    }

    let kind: Kind
    let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Of whatever the rooms below throw.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let failure as SettingsFailure: self.init(.configuration, failure.description)
        case let failure as SettingsProblem: self.init(.configuration, failure.description)
        case let failure as AddressInUse: self.init(.unavailable, failure.description)
        case let failure as EmbeddedPostgresFailure:
            switch failure.kind {
            // Whoever uses the data folder may be about to end.
            case .unavailable, .inUse: self.init(.unavailable, failure.description)
            default: self.init(.configuration, failure.description)
            }
        case let failure as Migrator.Failure:
            self.init(failure.isOtherSchema ? .configuration : .unavailable, failure.description)
        case let failure as IsolationProof.Failure:
            self.init(.unavailable, "The database cannot be asked: \(failure.description)")
        case let failure as PlatformKeys.Failure: self.init(.unavailable, failure.description)
        case let failure as ConversionFailure:
            switch failure {
            case .refused: self.init(.configuration, failure.description)
            case .unavailable, .busy: self.init(.unavailable, failure.description)
            case .stopped: self.init(.stopped, failure.description)
            }
        case let failure as SystemAdministrator.Failure: self.init(.unavailable, failure.description)
        default: self.init(.software, "\(error)")
        }
    }
}
