internal import Glibc
internal import Synchronization

/// The right to use a data folder. It belongs to this process and ends with it, also when that is killed; the children
/// do not inherit it.
final class FolderLock: Sendable {
    /// Nil when it was given back.
    private let descriptor: Mutex<Int32?>

    /// - Parameter path: Of the lock file, which is created when it is missing and never removed.
    /// - Throws: `inUse` when another process has the lock.
    init(_ path: String, folder: String) throws(EmbeddedPostgresFailure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("Opening \(path)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw EmbeddedPostgresFailure(
                .inUse,
                "Another agentd\(holder) uses the data folder \(folder). Stop it, or give this one a folder of its "
                    + "own with AGENTD_DATA_DIR.")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
