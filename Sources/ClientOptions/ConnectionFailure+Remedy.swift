package import AgentdClient

extension AgentdError.ConnectionFailure {
    /// What mends it, in the terms of `TLSOptions`; nil when encryption has nothing to do with it.
    package var remedy: String? {
        switch self {
        case .unreachable: nil
        case .encrypted:
            "the daemon takes encrypted connections only: use --tls, or set AGENTD_TLS=true."
        case .notEncrypted:
            "leave out --tls (and AGENTD_TLS, AGENTD_CA_FILE and the like), or call the port that is encrypted: that "
                + "of a daemon with AGENTD_TLS_CERTIFICATE."
        case .certificateNotTrusted:
            "name the authority that signed the daemon's certificate with --ca or AGENTD_CA_FILE; for a certificate "
                + "that signed itself that is the certificate. `openssl x509 -noout -dates` shows when one is valid."
        case .certificateOfAnotherName:
            "use an --address with a name that is in the daemon's certificate, or say with --server-name which of its "
                + "names to expect."
        case .clientCertificateRequired:
            "name a certificate and its key with --cert and --key, or AGENTD_CLIENT_CERTIFICATE_FILE and "
                + "AGENTD_CLIENT_KEY_FILE: the daemon takes those that the authorities of its "
                + "AGENTD_TLS_CLIENT_CA signed."
        case .clientCertificateRefused:
            "the certificate of --cert must be signed by an authority of the daemon's AGENTD_TLS_CLIENT_CA, and be "
                + "valid now."
        case .handshakeFailed:
            "the daemon may be stopping, or its port not be encrypted: then leave out --tls. Its log may say more."
        }
    }
}
