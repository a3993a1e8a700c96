internal import Foundation

/// An authority with a certificate for a server and one for a client, in a folder of its own.
package struct Keys: Sendable {
    package let folder: String
    package let authority: CertificateAuthority
    package let server: CertificateAuthority.Certificate
    package let client: CertificateAuthority.Certificate

    /// - Parameter names: Whom the server's certificate is for.
    package static func with(
        names: String = "DNS:localhost,IP:127.0.0.1", _ body: (Keys) async throws -> Void
    ) async throws {
        // Short, because sockets in it have a bounded path.
        let folder = "/tmp/agentd-keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = try await CertificateAuthority.make(in: folder)
        try await body(
            Keys(
                folder: folder, authority: authority, server: try await authority.issue("server", for: names),
                client: try await authority.issue("client")))
    }
}
