/// Whether connections are encrypted, and who may make them.
package struct TLSSettings: Sendable {
    /// The files of an encrypted port, in PEM.
    package struct Files: Sendable {
        /// The certificate, and the intermediate ones after it.
        package let certificate: TextFile
        package let key: TextFile
        /// Of the authorities one of which must have signed a client's certificate; nil when clients need none.
        package let clientAuthorities: TextFile?
    }

    /// Nil when connections are not encrypted.
    package let files: Files?

    static let entries = [certificateSetting.entry, keySetting.entry, clientAuthoritiesSetting.entry]

    init(_ reader: inout SettingsReader) {
        let certificate = reader.file(Self.certificateSetting)
        let key = reader.file(Self.keySetting)
        let clientAuthorities = reader.file(Self.clientAuthoritiesSetting)
        Self.refuseHalf(&reader)
        files =
            if let certificate, let key {
                Files(certificate: certificate, key: key, clientAuthorities: clientAuthorities)
            } else {
                nil
            }
    }

    /// Half of it would leave the port open to all, which is the opposite of what was asked for.
    private static func refuseHalf(_ reader: inout SettingsReader) {
        let given = entries.filter { reader.isGiven($0) }
        let missing = [certificateSetting.entry, keySetting.entry].filter { !given.contains($0) }
        guard let first = given.first, !missing.isEmpty else { return }
        let names = missing.map(\.name).joined(separator: " and ")
        reader.refuse(
            "\(first.name) is set and \(names) \(missing.count == 1 ? "is" : "are") not. Encryption needs "
                + "\(certificateSetting.entry.name) and \(keySetting.entry.name); set both, or none of the group TLS.")
    }

    private static let certificateSetting = Setting.text(
        "AGENTD_TLS_CERTIFICATE", expected: pathExpectation,
        "A file with the certificate of the port in PEM, followed by its intermediate ones. With it and AGENTD_TLS_KEY "
            + "every connection is encrypted, with TLS 1.2 or 1.3. It is read again within seconds of a change, and at "
            + "once after SIGHUP; open connections stay.")
    private static let keySetting = Setting.text(
        "AGENTD_TLS_KEY", expected: pathExpectation,
        "A file with the private key of that certificate in PEM, without a passphrase. It is read again together with "
            + "the certificate.")
    private static let clientAuthoritiesSetting = Setting.text(
        "AGENTD_TLS_CLIENT_CA", expected: pathExpectation,
        "A file with certificates of authorities in PEM. When it is set, a client must present a certificate that one "
            + "of them has signed (mutual TLS); its calls need their token all the same. It is read again as the "
            + "certificate is.")
    private static let pathExpectation = "the path of a file"
}
