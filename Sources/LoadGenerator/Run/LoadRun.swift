internal import AgentdClient
internal import AgentdCore
internal import NIOCore

/// One run: opens the connections, keeps the pace, and records what becomes of the calls. Confined to one event loop,
/// where everything of it happens; hence the parts of it in other files share its state.
final class LoadRun {
    enum Phase {
        case opening
        case running
        /// No further calls are begun; those in flight are awaited.
        case draining
        case ended
    }

    /// Connections that are made at a time.
    private static let dialsAtOnce = 32
    /// Of a recorder before the beginning.
    private static let never = UInt64.max..<UInt64.max

    let plan: LoadPlan
    let targets: [LoadTarget]
    let eventLoop: any EventLoop
    let promise: EventLoopPromise<LoadResult>
    let onProgress: (@Sendable (LoadProgress) -> Void)?

    var connections: [LoadConnection] = []
    var phase = Phase.opening
    var notDialled: [LoadConnection] = []
    var opened = 0
    /// By group: the connection that its next call goes over, if it has room.
    var turnIndex = CallerGroup.allCases.map { _ in 0 }
    var chooser: CallChooser
    var recorder: Recorder
    var checks: UInt64 = 0
    /// Of a closed loop: calls that are not in flight and should be.
    var callsToBegin = 0
    var arrivals: ArrivalSchedule?
    var backlog = Backlog()
    var tick: Scheduled<Void>?
    var timers: [Scheduled<Void>] = []
    var progressTimer: Scheduled<Void>?
    /// Those over which something was sent in this turn.
    var dirty: [LoadConnection] = []
    var progress = Progress()
    var processorMicroseconds: UInt64 = 0
    var wasInterrupted = false
    /// Since when there is no connection; nil while there is one.
    var disconnectedSince: UInt64?
    /// How long there was none before, in the measured time.
    var disconnectedNanoseconds: UInt64 = 0

    struct Progress {
        var at: UInt64 = 0
        var calls = 0
        var failures = 0
    }

    init(
        plan: LoadPlan, targets: [LoadTarget], configuration: AgentdClient.Configuration, eventLoop: any EventLoop,
        promise: EventLoopPromise<LoadResult>, onProgress: (@Sendable (LoadProgress) -> Void)?
    ) {
        self.plan = plan
        self.targets = targets
        self.eventLoop = eventLoop
        self.promise = promise
        self.onProgress = onProgress
        chooser = CallChooser(mix: plan.mix, skew: plan.skew, agentCounts: targets.map(\.agentIDs.count))
        recorder = Recorder(measured: Self.never, isOpenLoop: plan.isOpenLoop)
        let makeWire = WireFactory.wires(plan: plan, targets: targets, configuration: configuration)
        connections = (0..<plan.connections).map { index in
            LoadConnection(
                configuration, on: eventLoop, room: plan.room(connection: index),
                sparesRoom: plan.sparesRoom && targets.count > 1,
                owner: self, makeWire: makeWire)
        }
    }

    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}

// MARK: Beginning

extension LoadRun {
    func start() {
        notDialled = connections.reversed()
        for _ in 0..<Self.dialsAtOnce { notDialled.popLast()?.dial() }
    }

    func begin() {
        let now = Self.now
        let measuredFrom = now + plan.warmUp.nanoseconds
        let end = measuredFrom + plan.duration.nanoseconds
        phase = .running
        recorder = Recorder(measured: measuredFrom..<end, isOpenLoop: plan.isOpenLoop)
        switch plan.pace {
        case .closed(let inFlight): callsToBegin = inFlight
        case .open(let rate, _): arrivals = ArrivalSchedule(times: now..<end, rate: rate)
        }
        at(measuredFrom) { $0.processorMicroseconds = ProcessorTime.microseconds }
        at(end) { $0.drain() }
        progress.at = now
        if onProgress != nil { scheduleProgress() }
        takeTurn(after: nil)
    }

    private func at(_ time: UInt64, _ body: @escaping (LoadRun) -> Void) {
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time)) { body(self) }
        timers.append(task)
    }
}
