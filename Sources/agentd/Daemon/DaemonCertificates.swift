internal import Listening
internal import Logging
internal import Metrics
internal import Operations
internal import ServiceLifecycle
internal import Synchronization

/// The certificates of the port, and how they stay up to date.
struct DaemonCertificates: Sendable {
    let certificates: ServerCertificates
    private let files: TLSSettings.Files
    private let refusedBefore = Refused()
    private let logger: Logger

    /// Nil when connections are not encrypted.
    /// - Throws: `Failure` when the files cannot be used. An expired certificate is one that cannot: every client would
    ///   refuse it, and who starts agentd would be the last to hear of it.
    init?(_ settings: TLSSettings, logger: Logger) throws {
        guard let files = settings.files else { return nil }
        self.files = files
        self.logger = logger
        do throws(CertificateProblem) {
            certificates = try ServerCertificates(files.all.certificateTexts)
        } catch {
            throw Failure(.configuration, "\(files.describe(error)).")
        }
        tellValidity("The port is encrypted")
    }

    /// Says when the certificate in force ends; once metrics are in place, and after each exchange.
    func recordExpiry() {
        Gauge(label: "agentd_certificate_expiry_timestamp_seconds").record(certificates.validity.end.secondsSince1970)
    }

    func services(reload: ReloadSignal) -> [any Service] {
        [FileWatch(files.all, requests: reload.requests(), logger: logger) { exchange(for: $0) }]
    }

    /// What cannot be used changes nothing. A certificate whose key has not come yet is such: that is only worth an
    /// error when it is still so at the next look.
    private func exchange(for files: [TextFile]) -> FileWatch.Outcome {
        do throws(CertificateProblem) {
            try certificates.exchange(for: files.certificateTexts)
            refusedBefore.texts.withLock { $0 = nil }
            recordExpiry()
            tellValidity("The certificates were exchanged; connections from now on have the new ones")
            return .settled
        } catch {
            let isFirstLook = refusedBefore.texts.withLock { texts in
                defer { texts = files }
                return texts != files
            }
            let reason: Logger.Metadata = ["reason": "\(self.files.describe(error))"]
            if isFirstLook {
                logger.warning(
                    "The new certificates cannot be used yet; those from before stay in force", metadata: reason)
            } else {
                logger.error(
                    "The new certificates cannot be used; those from before stay in force until the files change again",
                    metadata: reason)
            }
            return isFirstLook ? .open : .settled
        }
    }

    /// The files that could not be used at the last look.
    private final class Refused: Sendable {
        let texts = Mutex<[TextFile]?>(nil)
    }

    private func tellValidity(_ message: Logger.Message) {
        let validity = certificates.validity
        logger.notice(message, metadata: ["valid_until": "\(validity.end)"])
        if !validity.hasBegun(at: .now) {
            logger.warning(
                "The certificate is not valid yet, by the clock of this machine",
                metadata: ["valid_from": "\(validity.beginning)"])
        }
    }
}

extension TLSSettings.Files {
    /// As they are watched: the certificate, its key, and the authorities of clients if there are any.
    fileprivate var all: [TextFile] { [certificate, key] + (clientAuthorities.map { [$0] } ?? []) }

    fileprivate func describe(_ problem: CertificateProblem) -> String {
        let (name, path): (String, String?) =
            switch problem.text {
            case .certificate: ("AGENTD_TLS_CERTIFICATE", certificate.path)
            case .key: ("AGENTD_TLS_KEY", key.path)
            case .clientAuthorities: ("AGENTD_TLS_CLIENT_CA", clientAuthorities?.path)
            }
        return "The file \(path ?? "") of \(name) \(problem.reason)"
    }
}

extension [TextFile] {
    /// Of files in the order of `all`.
    fileprivate var certificateTexts: CertificateTexts {
        CertificateTexts(
            certificate: self[0].text, key: self[1].text, clientAuthorities: count > 2 ? self[2].text : nil)
    }
}
