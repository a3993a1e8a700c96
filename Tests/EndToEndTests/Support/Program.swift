internal import Foundation
internal import Glibc
internal import Synchronization
internal import TestSupport

/// One of our programs, or another one, running as a process.
///
/// It is started and waited for on a thread of its own: `setpriv --pdeathsig` ends a process with the thread that
/// started it. What it writes goes to files without names, so that reading waits for nobody.
final class Program: Sendable {
    private struct State {
        /// Nil when the process was not started.
        var processID: pid_t?
        var exitCode: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())
    private let output: NamelessFile
    private let error: NamelessFile
    /// 0 when it was not started.
    var processID: pid_t { state.withLock { $0.processID ?? 0 } }

    var standardOutput: String { output.text }
    var standardError: String { error.text }
    /// That of a process which a signal ended is 128 and the signal's number, as shells say it.
    var exitCode: Int32? { state.withLock { $0.exitCode } }

    /// - Parameters:
    ///   - name: A program of this package, or an absolute path.
    ///   - environment: All that it gets besides PATH, HOME and the like.
    ///   - input: What it reads from standard input.
    ///   - terminal: What it has as standard input instead.
    static func start(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], input: String = "",
        terminal: PseudoTerminal? = nil
    ) throws -> Program {
        let path = name.hasPrefix("/") ? name : "\(TestEnvironment.binaries)/\(name)"
        let inherited = ProcessInfo.processInfo.environment
            .filter { ["PATH", "HOME", "LANG", "AGENTD_CI_RUN"].contains($0.key) }
        let environment = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let program = Program(output: try NamelessFile(), error: try NamelessFile())
        let input = try NamelessFile(holding: input)
        let started = DispatchSemaphore(value: 0)
        Thread {
            program.spawn(
                [path] + arguments, environment: environment, input: terminal?.descriptor ?? input.descriptor)
            withExtendedLifetime(input) {}
            started.signal()
            program.waitForProcess()
        }.start()
        started.wait()
        guard program.processID > 0 else { throw Daemon.Failure(description: "\(path) cannot be started") }
        return program
    }

    /// Runs it to its end.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], input: String = "",
        terminal: PseudoTerminal? = nil
    ) async throws -> Daemon.Exit {
        let program = try start(name, arguments, environment: environment, input: input, terminal: terminal)
        let code = await program.waitForExit()
        return Daemon.Exit(code: code, output: program.standardOutput, log: program.standardError)
    }

    private init(output: NamelessFile, error: NamelessFile) {
        self.output = output
        self.error = error
    }

    func signal(_ number: Int32) {
        state.withLock { state in
            // A process that has ended keeps its number until `waitForProcess` says so here.
            if state.exitCode == nil, let processID = state.processID { kill(processID, number) }
        }
    }

    /// Waits for its end; a test that runs out of time ends it.
    func waitForExit() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let code = state.withLock { state in
                    if state.exitCode == nil { state.waiting.append(continuation) }
                    return state.exitCode
                }
                if let code { continuation.resume(returning: code) }
            }
        } onCancel: {
            signal(SIGKILL)
        }
    }
}

// MARK: The process's thread

extension Program {
    private func spawn(_ command: [String], environment: [String], input: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let streams = [
            (input, STDIN_FILENO), (output.descriptor, STDOUT_FILENO), (error.descriptor, STDERR_FILENO),
        ]
        for (source, descriptor) in streams { posix_spawn_file_actions_adddup2(&actions, source, descriptor) }
        for descriptor in Self.inheritable { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var processID: pid_t = 0
        let arguments = command.map { strdup($0) }
        let variables = environment.map { strdup($0) }
        defer { for copy in arguments + variables { free(copy) } }
        guard posix_spawn(&processID, command[0], &actions, nil, arguments + [nil], variables + [nil]) == 0 else {
            return
        }
        state.withLock { [processID] in $0.processID = processID }
    }

    /// Descriptors that a process would get although they are not meant for it.
    private static var inheritable: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > STDERR_FILENO && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    private func waitForProcess() {
        guard processID > 0 else { return }
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (code, waiting) = state.withLock { state in
            var status: Int32 = 0
            waitpid(state.processID ?? 0, &status, 0)
            let signal = status & 0x7F
            let code = signal == 0 ? status >> 8 & 0xFF : 128 + signal
            state.exitCode = code
            defer { state.waiting.removeAll() }
            return (code, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: code) }
    }
}

/// A file that is gone when nobody has it open any more.
private final class NamelessFile: Sendable {
    let descriptor: Int32

    /// - Parameter text: What can be read from it at first.
    init(holding text: String = "") throws {
        var template = Array("/tmp/agentd-test-\(String(repeating: "X", count: 6))".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw Daemon.Failure(description: "a file below /tmp cannot be made: errno \(errno)")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw Daemon.Failure(description: "a file below /tmp cannot be written: errno \(errno)")
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    /// All of it.
    var text: String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = pread(descriptor, &part, part.count, bytes.count), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
