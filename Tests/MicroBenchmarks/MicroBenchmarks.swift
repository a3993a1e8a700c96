internal import Glibc

/// Runs one benchmark so many times that somebody who counts instructions or allocations from outside can tell what one
/// time costs: as the difference of two runs, in which all that happens once cancels out.
///
///     MicroBenchmarks                     lists the benchmarks, each with its number of times
///     MicroBenchmarks NAME MULTIPLE       runs one that many times, times MULTIPLE
///
/// It opens no socket, starts no thread of its own and asks no clock for a decision, so that it always does the same.
@main
struct MicroBenchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard !arguments.isEmpty else {
            for benchmark in Benchmark.all { print(benchmark.name, benchmark.times) }
            return
        }
        guard arguments.count == 2, let name = arguments.first, let multiple = arguments.last.flatMap({ Int($0) }),
            multiple > 0, let benchmark = Benchmark.all.first(where: { $0.name == name })
        else {
            print("usage: MicroBenchmarks [NAME MULTIPLE]")
            exit(2)
        }
        let run = try benchmark.prepare()
        // The first time makes what is made once.
        try run(1)
        try run(benchmark.times * multiple)
    }
}
