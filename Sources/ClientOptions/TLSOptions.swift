internal import ArgumentParser

/// The options of a program that may call an encrypted daemon.
package struct TLSOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Encrypts the connection with TLS; what is given below does so too. Also AGENTD_TLS.")
    var tls: Bool?

    @Option(
        help: ArgumentHelp(
            "Authorities that may have signed the daemon's certificate, in PEM; those of this system otherwise. Also "
                + "AGENTD_CA_FILE.", valueName: "path"),
        completion: .file())
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "The certificate to show a daemon that asks for one, in PEM. Also AGENTD_CLIENT_CERTIFICATE_FILE.",
            valueName: "path"),
        completion: .file())
    var cert: String?

    @Option(
        help: ArgumentHelp("Its private key, in PEM. Also AGENTD_CLIENT_KEY_FILE.", valueName: "path"),
        completion: .file())
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The name in the daemon's certificate, where it is not the host of the address. Also AGENTD_SERVER_NAME.",
            valueName: "name"))
    var serverName: String?

    package init() {}

    /// What was given on the command line.
    var choices: TLSChoices {
        TLSChoices(
            isOn: tls, authorities: .init(ca, "--ca"), certificate: .init(cert, "--cert"), key: .init(key, "--key"),
            serverName: .init(serverName, "--server-name"))
    }
}
