/// What an encrypted port is made of, in PEM.
package struct CertificateTexts: Sendable {
    /// The certificate of the port, and the intermediate ones after it.
    package let certificate: String
    /// Its private key.
    package let key: String
    /// Of the authorities one of which must have signed a client's certificate; nil when clients need none.
    package let clientAuthorities: String?

    package init(certificate: String, key: String, clientAuthorities: String?) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }
}

/// What makes one of the texts unusable.
package struct CertificateProblem: Error, Sendable {
    package enum Text: Sendable {
        case certificate
        case key
        case clientAuthorities
    }

    package let text: Text
    /// In words that follow the name of the file.
    package let reason: String

    init(_ text: Text, _ reason: String) {
        self.text = text
        self.reason = reason
    }
}
