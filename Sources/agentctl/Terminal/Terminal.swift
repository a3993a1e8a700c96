internal import Glibc

/// The standard streams. Output is written at once, without a buffer in between.
enum Terminal {
    static func standardOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

    static func standardError(_ text: String) { write(text, to: STDERR_FILENO) }

    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal that standard output goes to; nil when it goes elsewhere.
    static var outputWidth: Int? { outputIsTerminal ? width(STDOUT_FILENO) : nil }
    static var errorWidth: Int? { errorIsTerminal ? width(STDERR_FILENO) : nil }

    private static func width(_ descriptor: CInt) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to descriptor: CInt) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, start, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EPIPE {
                    // Whoever reads has seen enough, as `head` does.
                    exit(0)
                } else if errno != EINTR, errno != EAGAIN {
                    return
                }
            }
        }
    }
}
