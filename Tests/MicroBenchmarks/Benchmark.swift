/// One piece of work that is measured.
struct Benchmark {
    /// Does the work so many times.
    typealias Run = (_ times: Int) throws -> Void

    /// In lower case, words joined with hyphens.
    let name: String
    /// Enough that what happens now and then, such as a table that grows, is spread evenly.
    let times: Int
    let prepare: () throws -> Run

    static var all: [Benchmark] { frames + requests + answers + tokens + queues + calls }

    init(_ name: String, times: Int = 2_000, prepare: @escaping () throws -> Run) {
        self.name = name
        self.times = times
        self.prepare = prepare
    }

    /// What cannot be measured because it does not work.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
