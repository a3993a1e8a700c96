internal import NIOSSL

extension NIOSSLCertificate {
    /// Whether one of its DNS names is this one; the first label of such a name may be `*` (RFC 9525, 6.3). A
    /// certificate without any names of this kind is left to the library, which then looks at its subject.
    func isFor(_ name: String) -> Bool {
        let names = _subjectAlternativeNames()
        guard names.contains(where: { _ in true }) else { return true }
        let wanted = Self.canonical(name)
        let domain = wanted.firstIndex(of: ".").map { wanted[$0...] }
        return names.contains { alternative in
            guard alternative.nameType == .dnsName else { return false }
            let offered = Self.canonical(String(decoding: alternative.contents, as: UTF8.self))
            return offered == wanted || (offered.hasPrefix("*.") && offered.dropFirst() == domain)
        }
    }

    private static func canonical(_ name: String) -> String {
        let lowercase = name.lowercased()
        return lowercase.hasSuffix(".") ? String(lowercase.dropLast()) : lowercase
    }
}
