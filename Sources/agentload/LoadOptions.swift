internal import ArgumentParser
internal import LoadGenerator

/// What load is to be made, and how it is reported.
struct LoadOptions: ParsableArguments {
    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    private static let mostInFlight = 100_000
    private static let mostConnections = 10_000
    private static let longestSeconds = 86_400.0
    private static let rates = 0.1...1_000_000.0

    @Option(
        help: ArgumentHelp(
            "Where agentd listens, host:port or unix:/path: AGENTD_ADDRESS, or else 127.0.0.1:50051.",
            valueName: "address"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "A file with an API key or a JWT on each line, - for standard input; a line that begins with # is a "
                + "comment. Without it, the one in AGENTD_TOKEN.",
            valueName: "path"),
        completion: .file())
    var keys: String?

    @Option(help: "The protocol. Both are on one port.")
    var door = LoadDoor.framed

    @Option(help: "Which methods are called.")
    var mix = Mix.get

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Calls in flight, over all connections: 64 without --rate, and with it as many as the daemon takes.",
            valueName: "calls"))
    var inFlight: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Makes it an open loop, with so many calls a second, 0.1 to 1000000.", valueName: "calls"))
    var rate: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Connections.", valueName: "number"))
    var connections = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Takes the first so many keys of the file alone.", valueName: "number"))
    var tenants: Int?

    @Option(
        help: ArgumentHelp(
            "How calls are spread over the tenants: uniform, unless said otherwise; zipf, where the k-th key makes "
                + "1/k^EXPONENT times as many as the first (1 unless said); noisy, where the first key makes SHARE of "
                + "all calls (0.5 unless said).",
            valueName: "uniform|zipf[:EXPONENT]|noisy[:SHARE]"), transform: Self.skew)
    var skew = Skew.uniform

    @Option(parsing: .unconditional, help: ArgumentHelp("How long is measured.", valueName: "seconds"))
    var duration = 10.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long the same is done before, and not measured.", valueName: "seconds"))
    var warmUp = 2.0

    @Option(help: "table is for people, json for programs.")
    var output = Output.table

    @Option(
        help: ArgumentHelp("Draws latency by percentile and over time into this file, as SVG.", valueName: "path"),
        completion: .file())
    var plot: String?

    @Flag(
        help: """
            Shows no progress on standard error. Otherwise there is a line of it on a terminal, and one every 5 \
            seconds elsewhere.
            """)
    var noProgress = false

    func validate() throws {
        func require(_ isValid: Bool, _ message: String) throws {
            if !isValid { throw ValidationError(message) }
        }
        try require((1...Self.mostInFlight).contains(inFlight ?? 1), "--in-flight must be 1 to \(Self.mostInFlight).")
        try require(
            (1...Self.mostConnections).contains(connections), "--connections must be 1 to \(Self.mostConnections).")
        try require((tenants ?? 1) >= 1, "--tenants must be 1 or more.")
        try require(!skew.isNoisy || tenants != 1, "--skew noisy needs --tenants 2 or more.")
        try require(Self.rates.contains(rate ?? 1), "--rate must be 0.1 to 1000000 calls a second.")
        try require((0.1...Self.longestSeconds).contains(duration), "--duration must be 0.1 to 86400 seconds.")
        try require((0...Self.longestSeconds).contains(warmUp), "--warm-up must be 0 to 86400 seconds.")
    }

    private static func skew(_ text: String) throws -> Skew {
        guard let skew = Skew(text) else { throw ValidationError("it must be \(Skew.expectation).") }
        return skew
    }

    var plan: LoadPlan {
        LoadPlan(
            door: door, mix: mix,
            pace: rate.map { .open(rate: $0, inFlight: inFlight) } ?? .closed(inFlight: inFlight ?? 64),
            connections: connections, skew: skew, warmUp: .seconds(warmUp), duration: .seconds(duration))
    }
}

extension LoadDoor: ExpressibleByArgument {}
extension Mix: ExpressibleByArgument {}
