internal import Foundation
internal import Glibc

/// A program that agentd started. Its session is its own, so that Ctrl-C on the terminal does not reach it before
/// agentd has finished with it; its environment is small, so that no secret of agentd is in it; its descriptors are
/// the three standard ones.
struct ChildProcess: Sendable {
    /// How it ended, in words.
    struct End: Sendable, Equatable, CustomStringConvertible {
        let status: Int32

        /// It exited with code 0.
        var isSuccess: Bool { status == 0 }

        var description: String {
            let signal = status & 0x7F
            return signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
        }
    }

    let processID: pid_t

    /// - Parameters:
    ///   - command: The program, looked for in PATH unless it is a path, and its arguments.
    ///   - output: A descriptor for its standard output and standard error.
    init(_ command: [String], output: Int32) throws(EmbeddedPostgresFailure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        for descriptor in Self.inheritable { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // What agentd ignores or handles is not the child's affair.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Self.ownSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

        var processID: pid_t = 0
        let failure = Self.withCStrings(command) { arguments in
            Self.withCStrings(Self.environment) { environment in
                posix_spawnp(&processID, command[0], &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else { throw .system("Starting \(command.joined(separator: " "))", failure) }
        self.processID = processID
    }

    /// `POSIX_SPAWN_SETSID`, which glibc's header shows only to C with GNU extensions.
    private static let ownSession: Int16 = 0x80

    /// Descriptors that a child would get although they are not meant for it.
    private static var inheritable: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > STDERR_FILENO && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    /// The search path, and the marks by which a test run finds what it left behind.
    private static var environment: [String] {
        var kept = ["LC_MESSAGES=C"]
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if ["PATH=", "TZ=", "AGENTD_CI_"].contains(where: text.hasPrefix) { kept.append(text) }
            next += 1
        }
        return kept
    }

    /// Waits for its end; the process stays known to the system until `reap`, so that no signal can hit another one.
    /// Blocks its thread.
    func waitForEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    }

    var hasEnded: Bool {
        var information = siginfo_t()
        information.si_signo = 0
        guard waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT | WNOHANG) == 0 else { return true }
        return information.si_signo != 0
    }

    /// Forgets a process that has ended.
    func reap() -> End {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        return End(status: status)
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return (copies + [nil]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("The array ends with NULL.") }
            return body(start)
        }
    }
}
