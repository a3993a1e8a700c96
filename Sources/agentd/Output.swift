internal import Glibc

/// Standard output and standard error, unbuffered: what is written is there, also in a pipe and also when the process
/// is killed next.
enum Output {
    /// One line on standard output.
    static func line(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Text on standard output as it is.
    static func text(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// What went wrong, each line marked as ours, on standard error.
    static func error(_ message: String) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        write(lines.map { "agentd: \($0)\n" }.joined(), to: STDERR_FILENO)
    }

    /// Text on standard error as it is.
    static func errorText(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                guard count > 0 || (count < 0 && errno == EINTR) else { return }
                written += max(0, count)
            }
        }
    }
}
