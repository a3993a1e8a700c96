internal import Foundation

/// An authority that signs certificates for one test, by the program `openssl`.
package struct CertificateAuthority: Sendable {
    /// The paths of a certificate and its key in PEM.
    package struct Certificate: Sendable {
        package let certificate: String
        package let key: String
    }

    /// That of the authority itself.
    package let own: Certificate
    private let folder: String

    /// Extensions of certificates, so that nothing depends on how a system configures the program.
    private static let configuration = """
        [req]
        distinguished_name = name
        [name]
        [authority]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign,cRLSign
        [leaf]
        basicConstraints = critical,CA:FALSE
        keyUsage = critical,digitalSignature
        [ca]
        default_ca = book
        [book]
        database = index.txt
        new_certs_dir = .
        rand_serial = yes
        default_md = sha256
        policy = any
        copy_extensions = none
        [any]
        commonName = supplied

        """

    /// - Parameters:
    ///   - folder: Where its files are.
    ///   - name: Of its files, and of itself.
    package static func make(in folder: String, _ name: String = "authority") async throws -> CertificateAuthority {
        let own = Certificate(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
        let authority = CertificateAuthority(own: own, folder: folder)
        try Data(configuration.utf8).write(to: URL(filePath: authority.configurationFile))
        try Data().write(to: URL(filePath: "\(folder)/index.txt"))
        try await authority.openssl(
            authority.request(own, name) + ["-x509", "-days", "30", "-extensions", "authority"])
        return authority
    }

    private init(own: Certificate, folder: String) {
        self.own = own
        self.folder = folder
    }

    /// Signs a certificate that is valid now.
    /// - Parameters:
    ///   - name: Of its files.
    ///   - names: Whom it is for, as `subjectAltName` says it.
    package func issue(
        _ name: String, for names: String = "DNS:localhost,IP:127.0.0.1"
    ) async throws -> Certificate {
        let new = Certificate(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
        let extensions = ["-extensions", "leaf", "-addext", "subjectAltName=\(names)"]
        let signing = ["-x509", "-days", "10", "-CA", own.certificate, "-CAkey", own.key]
        try await openssl(request(new, name) + signing + extensions)
        return new
    }

    /// Signs one that was valid for a day long ago.
    package func issueExpired(_ name: String) async throws -> Certificate {
        let new = Certificate(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
        let request = Certificate(certificate: "\(folder)/\(name).csr", key: new.key)
        try await openssl(self.request(request, name))
        try await openssl(
            ["ca", "-batch", "-notext", "-config", configurationFile, "-extensions", "leaf"]
                + ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
                + ["-cert", own.certificate, "-keyfile", own.key, "-in", request.certificate, "-out", new.certificate])
        return new
    }

    /// A copy of a key that needs a passphrase.
    /// - Returns: Its path.
    package func lock(_ certificate: Certificate) async throws -> String {
        let locked = certificate.key + ".locked"
        try await openssl(["pkey", "-in", certificate.key, "-aes256", "-passout", "pass:secret", "-out", locked])
        return locked
    }

    private var configurationFile: String { "\(folder)/openssl.cnf" }

    /// A new key, and what is made of it.
    private func request(_ files: Certificate, _ name: String) -> [String] {
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)"]
            + ["-config", configurationFile, "-keyout", files.key, "-out", files.certificate]
    }

    private func openssl(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        // The message of a failure is short enough for a pipe that nobody reads before the end.
        let problems = Pipe()
        process.standardError = problems
        let code: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
        guard code == 0 else {
            let text = String(decoding: problems.fileHandleForReading.availableData, as: UTF8.self)
            throw Failure(description: "openssl \(arguments.joined(separator: " ")) ended with \(code): \(text)")
        }
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }
}
