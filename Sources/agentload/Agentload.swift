internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser
internal import ClientOptions
internal import FoundationEssentials
internal import Glibc
internal import LoadGenerator
internal import NIOPosix
internal import UnixSignals

/// Puts a load on agentd and says what it took.
@main
struct Agentload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agentload",
        abstract: "Puts a load on agentd and reports throughput and latency.",
        discussion: """
            Without --rate it is a closed loop: --in-flight calls are in flight at any time, and each answer begins \
            the next call, also that of a failure: who is refused does not wait as RetryInfo asks. That shows how much \
            the daemon can do. It does not show what callers suffer when the daemon stands still, because nothing is \
            asked meanwhile.

            With --rate it is an open loop: calls are due at a constant rate, as if from many independent callers. \
            Latency counts from the moment a call was due, whether or not it could be sent then. Calls that are due \
            and cannot be sent wait, up to 65536 of them; beyond that the oldest one is given up and counts as a \
            failure, NOT_SENT, after the time that it has waited; so is what still waits 10 seconds after the end, or \
            at the end when there is no connection. With --skew noisy the noisy tenant has a line of its own and at \
            most half of the calls in flight on each connection that may have two or more, so that the others do not \
            wait for its answers.

            Each key of --keys should be of another tenant. Which agents it has is asked before the clock starts, and \
            asked again for 12 seconds where the daemon refuses because of its load. Mixes:
              get     GetAgent of one of the key's own agents
              list    ListAgents, a page of 20
              create  CreateAgent. It leaves agents behind, named "agentload ...", up to the quota of the tenants
              update  UpdateAgent: the description of one of the key's own agents
              mixed   80 % get, 10 % list, 5 % create, 5 % update
            update and mixed create four agents for a key that has none.

            Every code is checked, and one answer in 64 is read in full and compared with what was asked for, in the \
            warm-up each of them. A wrong answer ends the run.

            The daemon takes 1024 calls in flight of a connection at most, and lets those of one connection wait for \
            each other: what it does when more is asked than it can do shows over several, such as --connections 16.

            Ctrl-C (SIGINT, or SIGTERM) ends a run early, with a report of what was measured until then, if anything \
            was; answers are awaited for one second more. A second one ends it at once, without a report.

            Exit codes: 0 done, whatever failed; 1 no call succeeded, an answer was wrong, or the keys are not of use; \
            64 wrong use; 69 no connection to begin with; 74 the report could not be written; 130 interrupted.

            Examples:
              agentload --keys keys.txt --in-flight 64
              agentload --keys keys.txt --rate 5000 --mix mixed --plot latency.svg
              agentload --keys keys.txt --skew noisy:0.9 --door grpc --output json
            """,
        version: "agentload \(ProgramVersion.number)")

    @OptionGroup var options: LoadOptions
    @OptionGroup(title: "Encryption") var tls: TLSOptions

    func run() async throws {
        do {
            try await makeLoad()
        } catch let problem as LoadProblem {
            throw Failure.show(problem)
        } catch let output as UnwrittenOutput {
            throw Failure.show(output)
        } catch let refusal as RefusedKey {
            throw Failure.show(refusal)
        } catch let error as AgentdError {
            throw Failure.show(error)
        }
    }

    private func makeLoad() async throws {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        let settings = LoadSettings(options, tls, environment: environment)
        let plot = try options.plot.map(PlotFile.init)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let search = try settings.searchConfiguration(on: group)
        let configuration = try settings.loadConfiguration(on: group)
        // Last, since it may wait for standard input.
        let keys = try KeyFile.keys(options, environment: environment)
        let (plan, showsProgress) = (options.plan, !options.noProgress)
        let report = try await untilInterrupted {
            let found = try await Self.find(keys, for: plan.mix, configuration: search)
            Progress.note(found, isShown: showsProgress)
            if plan.skew.isNoisy { try Self.requireNoise(found, keys: keys) }
            return try await LoadGenerator.run(
                plan, targets: found.targets, configuration: configuration,
                onProgress: Progress.style(isShown: showsProgress))
        }
        Progress.finish(isShown: showsProgress)
        try plot?.write(report)
        switch options.output {
        case .table: try Output.report(report.table)
        case .json: try Output.report(report.json)
        }
        if report.wasInterrupted { throw Failure.interrupted }
        if report.calls == 0 {
            StandardError.write("error: no call succeeded\n")
            throw ExitCode.failure
        }
    }

    private static func find(
        _ keys: [LoadKey], for mix: Mix, configuration: AgentdClient.Configuration
    ) async throws -> TargetSearch.Found {
        let client = AgentdClient(configuration: configuration)
        do {
            let found = try await TargetSearch(client: client, mix: mix).find(keys: keys)
            await client.close()
            return found
        } catch {
            throw Task.isCancelled ? LoadProblem(.interrupted, "interrupted before the first call") : error
        }
    }

    /// The noisy tenant is the first key's: another must not take its place unseen.
    private static func requireNoise(_ found: TargetSearch.Found, keys: [LoadKey]) throws {
        guard let first = keys.first else { return }
        if found.keysLeftOut.contains(first.origin) {
            throw LoadProblem(
                .refused, "\(first.origin) is to make the noise and has no agent to read: create some first")
        }
        // Of one without agents it is not known which it is.
        guard let noisy = found.targets.first?.tenantID,
            found.targets.dropFirst().contains(where: { $0.tenantID.isEmpty || $0.tenantID != noisy })
        else { throw LoadProblem(.refused, "--skew noisy needs keys of other tenants beside that of \(first.origin)") }
    }

    /// What is cancelled by SIGINT or SIGTERM.
    private func untilInterrupted<R: Sendable>(
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let work = Task(operation: body)
        let watch = Task {
            for await _ in signals {
                // Who is not content with that wants no report.
                if work.isCancelled { Glibc.exit(Failure.interrupted.rawValue) }
                work.cancel()
            }
        }
        defer { watch.cancel() }
        return try await work.value
    }
}
