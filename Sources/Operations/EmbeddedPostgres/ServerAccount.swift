internal import Glibc

/// The account that PostgreSQL runs as. It refuses to be root, so under root it is the one that Debian's package makes,
/// or whoever the data belong to already.
struct ServerAccount: Sendable, Equatable {
    let userID: uid_t
    let groupID: gid_t
    let name: String
    /// Whether it is another account than that of this process.
    let isOther: Bool

    private static let rootAccountName = "postgres"

    /// - Parameter dataOwner: Whom the data belong to, when there are data.
    init(dataOwner: (userID: uid_t, groupID: gid_t)?) throws(EmbeddedPostgresFailure) {
        guard geteuid() == 0 else {
            (userID, groupID, isOther) = (geteuid(), getegid(), false)
            name = "this user"
            return
        }
        if let dataOwner, dataOwner.userID != 0 {
            (userID, groupID, isOther) = (dataOwner.userID, dataOwner.groupID, true)
            name = "the user with id \(dataOwner.userID)"
            return
        }
        guard let entry = getpwnam(Self.rootAccountName) else {
            throw EmbeddedPostgresFailure(
                .configuration,
                "PostgreSQL does not run as root, and there is no user named \(Self.rootAccountName) to run it as. "
                    + "Make one (useradd --system \(Self.rootAccountName)), or start agentd as another user than root.")
        }
        (userID, groupID, isOther) = (entry.pointee.pw_uid, entry.pointee.pw_gid, true)
        name = "the user \(Self.rootAccountName)"
    }

    /// What stands before a command line to run it as this account, and to end it when the thread that started it ends,
    /// however that happens. `env` and `setpriv` are part of every Debian.
    func command(_ arguments: [String], endingWith signal: String) -> [String] {
        // PostgreSQL wants to be able to come back to the folder that it was started in.
        var command = ["env", "--chdir=/", "setpriv", "--pdeathsig", signal]
        if isOther { command += ["--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups"] }
        return command + arguments
    }

    /// Gives a file or folder to the account.
    func own(_ path: String) throws(EmbeddedPostgresFailure) {
        guard isOther else { return }
        guard chown(path, userID, groupID) == 0 else { throw .system("Giving \(path) to \(name)", errno) }
    }
}
