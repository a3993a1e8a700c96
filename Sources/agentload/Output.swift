internal import Glibc

/// Where reports go.
enum Output {
    /// - Returns: Whether all of it was taken; if not, `errno` says why.
    static func write(_ text: String, to descriptor: CInt) -> Bool {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// On standard output.
    /// - Throws: `UnwrittenOutput`.
    static func report(_ text: String) throws {
        guard write(text + "\n", to: STDOUT_FILENO) else {
            throw UnwrittenOutput(description: "the report cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}

/// What was measured is lost.
struct UnwrittenOutput: Error, CustomStringConvertible {
    let description: String
}
