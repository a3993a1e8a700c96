/// The streams of a connection, by their ids. The one that was asked for last is mostly asked for again: a request and
/// an answer each come in one piece. Confined to the connection's event loop.
///
/// A class, and not a struct that belongs to the connection: it is asked a dozen times a call, and each time the
/// runtime would have to check that nobody else is about to change it.
final class StreamTable {
    private var streams: [Int32: GRPCStream] = [:]
    private var latest: GRPCStream?

    var isEmpty: Bool { streams.isEmpty }

    /// In no order.
    var all: some Collection<GRPCStream> { streams.values }

    subscript(id: Int32) -> GRPCStream? {
        if let latest, latest.id == id { return latest }
        guard let found = streams[id] else { return nil }
        latest = found
        return found
    }

    func insert(_ stream: GRPCStream) {
        streams[stream.id] = stream
        latest = stream
    }

    func remove(_ id: Int32) -> GRPCStream? {
        if latest?.id == id { latest = nil }
        return streams.removeValue(forKey: id)
    }

    func removeAll() {
        streams.removeAll()
        latest = nil
    }
}
