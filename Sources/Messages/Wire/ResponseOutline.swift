/// What became of a call, found in a `ServerFrame` without reading all of it. For programs that make so many calls that
/// reading each answer would take more time than they have.
package struct ResponseOutline {
    package private(set) var id: UInt64 = 0
    package private(set) var hasMore = false
    package private(set) var code: UInt32 = 0
    /// The serialized `google.rpc.Status` of a failure; it lies in the frame.
    package private(set) var details = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The serialized answer message of a success; it lies in the frame.
    package private(set) var message = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Nil when the frame is no `Response`, or malformed: whoever then decodes it as `ServerFrame` learns which.
    package init?(frame: UnsafeRawBufferPointer) {
        var cursor = WireCursor(frame)
        guard let tag = cursor.tag(), tag.number == Self.frameResponse, tag.wireType == .lengthDelimited,
            let content = cursor.content(), cursor.isAtEnd
        else { return nil }
        var fields = WireCursor(content)
        while !fields.isAtEnd {
            guard let tag = fields.tag(), read(tag, &fields) else { return nil }
        }
    }

    private static let frameResponse: UInt32 = 2

    /// False when it is malformed.
    private mutating func read(_ tag: WireCursor.Tag, _ fields: inout WireCursor) -> Bool {
        switch (tag.number, tag.wireType) {
        case (1, .varint):
            guard let value = fields.varint() else { return false }
            id = value
        case (2, .varint):
            guard let value = fields.varint() else { return false }
            hasMore = value != 0
        case (3, .varint):
            guard let value = fields.varint() else { return false }
            code = UInt32(truncatingIfNeeded: value)
        case (5, .lengthDelimited):
            guard let content = fields.content() else { return false }
            details = content
        case (7, .lengthDelimited):
            guard let content = fields.content() else { return false }
            message = content
        default: return fields.skip(tag.wireType)
        }
        return true
    }
}

/// The exact reason of a failure, found in a serialized `google.rpc.Status` without reading all of it.
package enum ReasonOutline {
    /// `google.rpc.ErrorInfo.reason` of the first detail, where agentd puts it; empty when it is not there.
    package static func reason(status: UnsafeRawBufferPointer) -> String {
        guard let detail = content(of: 3, in: status), let information = content(of: 2, in: detail),
            let reason = content(of: 1, in: information)
        else { return "" }
        return String(decoding: reason, as: UTF8.self)
    }

    /// The first length-delimited field with this number.
    private static func content(of number: UInt32, in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var cursor = WireCursor(message)
        while !cursor.isAtEnd, let tag = cursor.tag() {
            if tag.number == number, tag.wireType == .lengthDelimited { return cursor.content() }
            guard cursor.skip(tag.wireType) else { return nil }
        }
        return nil
    }
}
