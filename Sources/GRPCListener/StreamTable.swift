/// The streams of a connection, by their ids. The one that was asked for last is mostly asked for again: a request and
/// an answer each come in one piece. Confined to the connection's event loop.
///
/// A class: it is asked a dozen times a call, and each access to a struct that the connection owns would be checked for
/// exclusivity.
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
