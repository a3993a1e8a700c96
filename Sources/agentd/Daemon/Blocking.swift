internal import NIOPosix

/// Work that blocks its thread, such as a migration, on a thread that is for that.
enum Blocking {
    static func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
