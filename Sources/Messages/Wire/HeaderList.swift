internal import CAgentdProto
internal import CProtobufC
internal import Glibc

/// The headers of a request, where they lie: in the arena of its frame, or in a list of their own. Those in an arena
/// are good only until it is reset.
package struct HeaderList {
    private enum Place {
        case list([Header])
        case frame(UnsafeBufferPointer<UnsafeMutablePointer<Agentd__Wire__V1__Header>?>)
    }

    private let place: Place

    package init(_ headers: [Header] = []) { place = .list(headers) }

    init(_ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<Agentd__Wire__V1__Header>?>?) {
        place = .frame(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : count))
    }

    /// Lends the value of the first header of this key, or returns nil when there is none.
    package func withValue<R>(of key: StaticString, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        switch place {
        case .list(let headers):
            for header in headers where header.hasKey(key) {
                return header.value.withUnsafeBytes(body)
            }
        case .frame(let headers):
            for case let header? in headers where header.pointee.key.equals(key) {
                return body(header.pointee.value.bytes)
            }
        }
        return nil
    }

    package subscript(_ key: StaticString) -> [UInt8]? { withValue(of: key) { Array($0) } }

    /// In a list of their own.
    package var copied: [Header] {
        switch place {
        case .list(let headers): headers
        case .frame(let headers):
            headers.compactMap { header in
                header.map {
                    Header(key: String(cString: $0.pointee.key), value: Array($0.pointee.value.bytes))
                }
            }
        }
    }

    /// What they count against the limit of headers.
    package var countedBytes: Int {
        switch place {
        case .list(let headers): headers.countedBytes
        case .frame(let headers):
            headers.reduce(0) { sum, header in
                guard let header else { return sum }
                return sum + header.pointee.key.length + header.pointee.value.bytes.count + Header.overheadBytes
            }
        }
    }

    /// Whether each key is one that gRPC allows too.
    package var keysAreValid: Bool {
        switch place {
        case .list(let headers): headers.keysAreValid
        case .frame(let headers):
            headers.allSatisfy { header in
                guard let key = header?.pointee.key, key.pointee != 0 else { return false }
                return UnsafeBufferPointer(start: key, count: key.length).allSatisfy {
                    Header.isAllowedInKey(UInt8(bitPattern: $0))
                }
            }
        }
    }
}

extension Header {
    fileprivate func hasKey(_ text: StaticString) -> Bool {
        key.utf8.count == text.utf8CodeUnitCount
            && key.utf8.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

extension UnsafeMutablePointer<CChar> {
    fileprivate var length: Int { strlen(self) }

    /// Also the NUL at its end.
    fileprivate func equals(_ text: StaticString) -> Bool {
        strncmp(self, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), text.utf8CodeUnitCount) == 0
            && self[text.utf8CodeUnitCount] == 0
    }
}

extension ProtobufCBinaryData {
    fileprivate var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : len)
    }
}
