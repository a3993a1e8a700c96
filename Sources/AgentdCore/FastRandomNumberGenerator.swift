/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>), begun with a number of the system's: numbers that differ
/// from each other, without a system call for each. Not for secrets: whoever sees one can tell the next.
package struct FastRandomNumberGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init() {
        var system = SystemRandomNumberGenerator()
        self.init(seed: system.next())
    }

    /// The same numbers for the same seed, so that a test can be repeated.
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
