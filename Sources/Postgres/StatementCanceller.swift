internal import CLibPQ
internal import NIOCore
internal import NIOPosix

/// Asks servers to stop what they work on for a connection, on a thread of its own: each request takes a connection of
/// its own, and libpq waits for its end.
///
/// A request names a connection and not a statement. By the time it arrives the server may work on the next one, so
/// whoever makes a request runs again what it should not have hit.
final class StatementCanceller: Sendable {
    /// What names a connection to its server.
    ///
    /// Unchecked: it has one owner at a time; libpq's `PQcancel` may be called on any thread.
    private final class Target: @unchecked Sendable {
        let handle: OpaquePointer

        /// - Parameter handle: A PGcancel, which it owns from now on.
        init(owning handle: OpaquePointer) { self.handle = handle }

        deinit { PQfreeCancel(handle) }
    }

    private let threads = NIOThreadPool(numberOfThreads: 1)

    init() { threads.start() }

    /// - Parameter connection: A PGconn, of which the caller is the owner; it is not touched after this returns.
    /// - Returns: When the server has been told, or could not be.
    func cancel(_ connection: OpaquePointer, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        guard let handle = PQgetCancel(connection) else { return eventLoop.makeSucceededVoidFuture() }
        let target = Target(owning: handle)
        return threads.runIfActive(eventLoop: eventLoop) {
            var reason = [CChar](repeating: 0, count: 256)
            // Whether it was heard is seen by whether the statement ends; why not would help nobody.
            _ = PQcancel(target.handle, &reason, Int32(reason.count))
        }
    }

    /// Does not wait for a request under way: a host that has vanished would hold it up.
    func close() { threads.shutdownGracefully { _ in } }
}
