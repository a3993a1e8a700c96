internal import Foundation
internal import Glibc

/// The folder of the database's socket. Whoever can open it may connect as any of the database's roles, so it is closed
/// to everybody but the account that PostgreSQL runs as, and root.
struct SocketFolder: Sendable {
    static let port = 5_432

    /// `sun_path` of `sockaddr_un` has 108 bytes with its NUL.
    private static let maximumSocketPathBytes = 107

    let path: String

    /// Makes it in the data folder, or, where that path is too long for a socket, elsewhere with a link in the data
    /// folder.
    /// - Parameter shortFolders: Where to look for another place, the best first.
    static func make(
        in data: DataFolder, for account: ServerAccount, shortFolders: [String] = Self.shortFolders
    ) throws(EmbeddedPostgresFailure) -> SocketFolder {
        let link = linkTarget(data.socket)
        if fits(data.socket) {
            if link != nil { unlink(data.socket) }
            guard mkdir(data.socket, 0o700) == 0 || errno == EEXIST else {
                throw .system("Making \(data.socket)", errno)
            }
            return try SocketFolder(closing: data.socket, for: account)
        }
        if let link, isPrivate(link, to: account) { return SocketFolder(path: link) }
        for folder in shortFolders {
            // mkdtemp(3) puts a name of its own in the place of the six last characters.
            var template = Array("\(folder)/agentd-\(String(repeating: "X", count: 6))".utf8CString)
            guard let made = mkdtemp(&template).map({ String(cString: $0) }) else { continue }
            unlink(data.socket)
            guard symlink(made, data.socket) == 0 else { throw .system("Making \(data.socket)", errno) }
            return try SocketFolder(closing: made, for: account)
        }
        throw EmbeddedPostgresFailure(
            .configuration,
            "The path \(data.socket) is too long for a socket, and none of \(shortFolders.joined(separator: ", ")) "
                + "can be used instead. Choose a shorter AGENTD_DATA_DIR.")
    }

    /// Finds the one that a running database made.
    static func existing(in data: DataFolder) -> SocketFolder? {
        let path = linkTarget(data.socket) ?? data.socket
        return FileManager.default.fileExists(atPath: path) ? SocketFolder(path: path) : nil
    }

    private init(path: String) { self.path = path }

    private init(closing path: String, for account: ServerAccount) throws(EmbeddedPostgresFailure) {
        try account.own(path)
        guard chmod(path, 0o700) == 0 else { throw .system("Closing \(path) to others", errno) }
        self.path = path
    }

    var socket: String { "\(path)/.s.PGSQL.\(Self.port)" }

    /// Removes what a server left that did not end cleanly; the next one would take its process id for a live one.
    func removeLeftovers() {
        unlink(socket)
        unlink(socket + ".lock")
    }

    /// Leaves nothing outside the data folder.
    func remove(from data: DataFolder) {
        guard Self.linkTarget(data.socket) == path, rmdir(path) == 0 else { return }
        unlink(data.socket)
    }

    /// libpq takes a comma in a host for the beginning of another host.
    private static func fits(_ path: String) -> Bool {
        !path.contains(",") && SocketFolder(path: path).socket.utf8.count <= maximumSocketPathBytes
    }

    private static func linkTarget(_ path: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    /// A name in a folder that everybody may write to could have been put there by somebody else.
    private static func isPrivate(_ path: String, to account: ServerAccount) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_mode & 0o777 == 0o700
            && status.st_uid == account.userID
    }

    private static var shortFolders: [String] {
        let runtime = geteuid() == 0 ? "/run" : ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
        return [runtime, "/tmp"].compactMap(\.self)
    }
}
