internal import AgentdCore
internal import Glibc

/// A unix-domain socket that is bound to a file and not yet listened on.
package struct UnixSocket: Sendable {
    /// How long another process that is just binding a socket in the same folder is waited for.
    private static let lockMilliseconds = 5_000
    private static let lockPauseMilliseconds = 10

    /// For `ServerBootstrap.withBoundSocket`, which owns it from then on.
    package let descriptor: CInt
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Binds it. A socket file that nobody listens on any more is replaced; any other file is left alone.
    ///
    /// Nobody can connect before the file has its permissions: it is not listened on earlier.
    /// - Parameter mode: The permissions of the file.
    package static func bind(path: String, mode: UInt32) throws(UnixSocketProblem) -> UnixSocket {
        // Two processes that both find a stale file would each replace it, the later one that of the earlier one.
        let folder = try lockedFolder(of: path)
        defer { close(folder) }
        try removeStaleFile(path)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("no socket can be made", errno) }
        do throws(UnixSocketProblem) {
            guard withAddress(path, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
                throw .system("the file cannot be made", errno)
            }
            var status = stat()
            guard chmod(path, mode) == 0, lstat(path, &status) == 0 else {
                throw .system("its permissions cannot be set", errno)
            }
            return UnixSocket(descriptor: descriptor, path: path, device: status.st_dev, inode: status.st_ino)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Sets how many connections the kernel holds until they are accepted. NIO, which listens on the socket first,
    /// takes a number of its own.
    package func listen(backlog: CInt) { Glibc.listen(descriptor, backlog) }

    /// Deletes the file, if it is still the one that was made here.
    package func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(path)
    }
}

/// Why a unix-domain socket cannot be bound, in words that follow its address.
package struct UnixSocketProblem: Error, CustomStringConvertible {
    package let description: String
    /// Whether it is for another process that listens there, which may end.
    package let isInUse: Bool

    init(_ description: String, isInUse: Bool = false) {
        self.description = description
        self.isInUse = isInUse
    }

    fileprivate static func system(_ what: String, _ code: CInt) -> UnixSocketProblem {
        UnixSocketProblem("\(what): \(String(cString: strerror(code)).lowercased())")
    }
}

// MARK: Files

extension UnixSocket {
    /// The descriptor of the folder, with a lock that ends when it is closed.
    private static func lockedFolder(of path: String) throws(UnixSocketProblem) -> CInt {
        let name = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system("the folder \(name) cannot be opened", errno) }
        for _ in 0..<(lockMilliseconds / lockPauseMilliseconds) {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 { return folder }
            usleep(useconds_t(lockPauseMilliseconds * 1_000))
        }
        close(folder)
        throw UnixSocketProblem("another process has locked the folder \(name)")
    }

    private static func removeStaleFile(_ path: String) throws(UnixSocketProblem) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system("the file cannot be looked at", errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw UnixSocketProblem("there is a file of this name that is no socket; agentd does not delete it")
        }
        switch try probe(path) {
        case 0, EAGAIN: throw UnixSocketProblem("another process listens there", isInUse: true)
        case ENOENT: return
        case ECONNREFUSED:
            guard unlink(path) == 0 || errno == ENOENT else {
                throw .system("the socket that is left from before cannot be deleted", errno)
            }
        case let code: throw .system("whether another process listens there cannot be found out", code)
        }
    }

    /// Tries to connect.
    /// - Returns: What came of it as an `errno`, 0 when it succeeded.
    private static func probe(_ path: String) throws(UnixSocketProblem) -> CInt {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_UNIX, CInt(kind), 0)
        guard descriptor >= 0 else { throw .system("no socket can be made", errno) }
        defer { close(descriptor) }
        return withAddress(path) { connect(descriptor, $0, $1) == 0 ? 0 : errno }
    }

    /// - Parameter path: Not longer than `UnixSocketPath.maximumBytes`; what is longer is cut.
    private static func withAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: path.utf8.prefix(UnixSocketPath.maximumBytes))
        }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
