/// The value of `grpc-timeout`: up to eight digits and a unit
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
enum GRPCTimeout {
    private static let maximumDigits = 8

    /// - Returns: Nanoseconds, as many as fit where it is millions of hours; nil when it is no such value.
    static func nanoseconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
        guard (2...maximumDigits + 1).contains(value.count), let unit = unit(value[value.count - 1]) else {
            return nil
        }
        var number: UInt64 = 0
        for byte in value.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        let (product, overflows) = number.multipliedReportingOverflow(by: unit)
        return overflows ? .max : product
    }

    private static func unit(_ letter: UInt8) -> UInt64? {
        switch letter {
        case UInt8(ascii: "H"): 3_600_000_000_000
        case UInt8(ascii: "M"): 60_000_000_000
        case UInt8(ascii: "S"): 1_000_000_000
        case UInt8(ascii: "m"): 1_000_000
        case UInt8(ascii: "u"): 1_000
        case UInt8(ascii: "n"): 1
        default: nil
        }
    }
}
