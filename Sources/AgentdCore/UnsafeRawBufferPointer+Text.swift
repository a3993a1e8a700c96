public import Glibc

extension UnsafeRawBufferPointer {
    /// Whether these are the bytes of a text. Asked several times for each call, so it is to be inlined everywhere.
    @inlinable
    package func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && baseAddress.map { memcmp($0, text.utf8Start, count) == 0 } ?? true
    }
}
