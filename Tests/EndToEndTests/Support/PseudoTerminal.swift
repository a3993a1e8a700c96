internal import Glibc

/// A terminal at which somebody has typed something already.
final class PseudoTerminal: Sendable {
    private let keyboard: Int32
    /// The end that a program has as its terminal.
    let descriptor: Int32

    /// What ends the input when it is typed at the beginning of a line.
    static let endOfFile = "\u{04}"

    init(typed text: String) throws {
        var (keyboard, descriptor): (Int32, Int32) = (-1, -1)
        guard openpty(&keyboard, &descriptor, nil, nil, nil) == 0 else {
            throw Daemon.Failure(description: "no pseudo terminal can be had: errno \(errno)")
        }
        self.keyboard = keyboard
        self.descriptor = descriptor
        for end in [keyboard, descriptor] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        guard write(keyboard, text, text.utf8.count) == text.utf8.count else {
            throw Daemon.Failure(description: "a pseudo terminal cannot be written: errno \(errno)")
        }
    }

    deinit {
        close(descriptor)
        close(keyboard)
    }
}
