internal import Crypto

/// SHA-256 of a token: what is remembered of it.
struct TokenDigest: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of token: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: token)
        words = hash.finalize().withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// From 0 to 1, and of each token another one.
    var fraction: Double { Double(words.1 >> 32) / Double(UInt32.max) }

    static func == (left: TokenDigest, right: TokenDigest) -> Bool { left.words == right.words }

    /// Its bits are as good as random already.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
