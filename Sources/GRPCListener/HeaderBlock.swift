internal import AgentdCore
internal import CNGHTTP2
internal import FoundationEssentials
internal import Messages

/// Headers that go out together. Its memory is kept when it is cleared, so that the next block costs none.
struct HeaderBlock {
    private struct Entry {
        let nameCount: Int
        let valueCount: Int
        let isIndexed: Bool
    }

    /// Names and values, one behind the other.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// - Parameter isIndexed: Whether the value is likely to come again, so that HPACK may remember it.
    mutating func add(_ name: StaticString, _ value: String, isIndexed: Bool = true) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        entries.append(
            Entry(nameCount: name.utf8CodeUnitCount, valueCount: bytes.count - start, isIndexed: isIndexed))
    }

    /// The id of a call, which HPACK had better not remember.
    mutating func add(_ name: StaticString, _ callID: CallID) {
        switch callID {
        case .given(let text): add(name, text, isIndexed: false)
        case .made(let uuid):
            name.withUTF8Buffer { bytes.append(contentsOf: $0) }
            bytes.append(addingCapacity: UUIDValue.textBytes) { space in
                space.append(repeating: 0, count: UUIDValue.textBytes)
            }
            let start = bytes.count - UUIDValue.textBytes
            bytes.withUnsafeMutableBytes { uuid.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
            entries.append(
                Entry(nameCount: name.utf8CodeUnitCount, valueCount: UUIDValue.textBytes, isIndexed: false))
        }
    }

    /// Metadata of a service, whose values are never remembered. Binary values go out in base64.
    mutating func add(_ header: Header) {
        let isBinary = header.key.hasSuffix("-bin")
        let value = isBinary ? Array(Data(header.value).base64EncodedString().utf8) : header.value
        bytes.append(contentsOf: header.key.utf8)
        bytes.append(contentsOf: value)
        entries.append(Entry(nameCount: header.key.utf8.count, valueCount: value.count, isIndexed: false))
    }

    /// All of another block.
    mutating func add(_ other: HeaderBlock) {
        bytes.append(contentsOf: other.bytes)
        entries.append(contentsOf: other.entries)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Lends them in the form that libnghttp2 takes; it copies what it keeps.
    func withNameValues(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void) {
        bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return body(nil, 0) }
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: entries.count) { values in
                var next = UnsafeMutablePointer(mutating: start)
                for (index, entry) in entries.enumerated() {
                    let flag = entry.isIndexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX
                    values.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: next, value: next + entry.nameCount, namelen: entry.nameCount,
                            valuelen: entry.valueCount, flags: UInt8(flag.rawValue)))
                    next += entry.nameCount + entry.valueCount
                }
                body(values.baseAddress, entries.count)
            }
        }
    }
}
