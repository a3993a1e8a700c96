/// A UUID as 16 bytes, the form in which it goes to and comes from PostgreSQL.
package struct UUIDValue: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A random UUID, version 4.
    package static func random() -> UUIDValue {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// The same from another source of numbers.
    package static func random(using generator: inout some RandomNumberGenerator) -> UUIDValue {
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUIDValue(high: high, low: low)
    }

    /// Reads the canonical form, 8-4-4-4-12 hexadecimal digits in either case; anything else gives nil.
    package init?(_ text: some StringProtocol) {
        // Most texts that are no UUID have another length.
        var text = String(text)
        guard text.utf8.count == Self.textBytes, let value = text.withUTF8(Self.read) else { return nil }
        self = value
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> UUIDValue? {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        var digits = 0
        for position in 0..<textBytes {
            let byte = text[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == hyphen else { return nil }
                continue
            }
            guard let value = hexadecimalValue(byte) else { return nil }
            if digits < 16 { words.high = words.high << 4 | value } else { words.low = words.low << 4 | value }
            digits += 1
        }
        return UUIDValue(high: words.high, low: words.low)
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension UUIDValue: CustomStringConvertible {
    /// Bytes of its canonical form.
    package static let textBytes = 36

    /// The canonical form in lower case.
    package var description: String {
        String(unsafeUninitializedCapacity: Self.textBytes) { buffer in
            write(to: UnsafeMutableRawBufferPointer(buffer))
            return Self.textBytes
        }
    }

    /// Writes the canonical form in lower case into the first `textBytes` of the buffer.
    package func write(to buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.textBytes, "A UUID takes \(Self.textBytes) bytes.")
        // 8-4-4-4-12 digits, written 8 at a time: those of the groups in between meet at their hyphens.
        let high = (Self.digits(UInt32(truncatingIfNeeded: high >> 32)), Self.digits(UInt32(truncatingIfNeeded: high)))
        let low = (Self.digits(UInt32(truncatingIfNeeded: low >> 32)), Self.digits(UInt32(truncatingIfNeeded: low)))
        buffer.storeBytes(of: high.0, as: UInt64.self)
        buffer.storeBytes(of: UInt32(truncatingIfNeeded: high.1), toByteOffset: 9, as: UInt32.self)
        buffer.storeBytes(of: UInt32(truncatingIfNeeded: high.1 >> 32), toByteOffset: 14, as: UInt32.self)
        buffer.storeBytes(of: UInt32(truncatingIfNeeded: low.0), toByteOffset: 19, as: UInt32.self)
        buffer.storeBytes(of: UInt32(truncatingIfNeeded: low.0 >> 32), toByteOffset: 24, as: UInt32.self)
        buffer.storeBytes(of: low.1, toByteOffset: 28, as: UInt64.self)
        (buffer[8], buffer[13], buffer[18], buffer[23]) = (Self.hyphen, Self.hyphen, Self.hyphen, Self.hyphen)
    }

    private static var hyphen: UInt8 { UInt8(ascii: "-") }

    /// Eight hexadecimal digits in the order of memory, made all at once: each byte of a word holds one.
    private static func digits(_ value: UInt32) -> UInt64 {
        // Half a byte goes to each byte, the highest to the first in memory.
        var spread = UInt64(value.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8
        // 1 in those over 9, which become letters.
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).littleEndian
    }
}

/// Which tenant. A type of its own, so that no other UUID can stand where a tenant is asked for.
package struct TenantID: Hashable, Sendable, CustomStringConvertible {
    package let value: UUIDValue

    package init(_ value: UUIDValue) { self.value = value }

    package var description: String { value.description }
}
