internal import Synchronization

/// The signing keys that are in force. They can be exchanged while calls are served.
package final class SigningKeyRing: Sendable {
    private let keys: Mutex<SigningKeys>

    package init(_ keys: SigningKeys) { self.keys = Mutex(keys) }

    package var current: SigningKeys { keys.withLock { $0 } }

    /// From now on; tokens that were verified before must be forgotten (`IdentityChange.signingKeys`).
    package func exchange(for newKeys: SigningKeys) { keys.withLock { $0 = newKeys } }
}
