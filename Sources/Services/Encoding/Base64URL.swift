internal import FoundationEssentials

/// Base64 with the alphabet for URLs and without padding (RFC 4648, section 5), in its one canonical form.
enum Base64URL {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let base64 = Data(bytes).base64EncodedData()
        return String(unsafeUninitializedCapacity: base64.count) { text in
            var count = 0
            for byte in base64 where byte != UInt8(ascii: "=") {
                text[count] =
                    switch byte {
                    case UInt8(ascii: "+"): UInt8(ascii: "-")
                    case UInt8(ascii: "/"): UInt8(ascii: "_")
                    default: byte
                    }
                count += 1
            }
            return count
        }
    }

    /// Nil for anything that `text` would not have written: padding, other letters, and bits that mean nothing. So no
    /// altered text ever reads as the same bytes.
    static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        var base64 = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        base64 += repeatElement(UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(base64)), self.text(data).utf8.elementsEqual(text) else { return nil }
        return Array(data)
    }
}
