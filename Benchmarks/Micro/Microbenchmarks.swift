import CAllocations
import Foundation
import PatternMatching
import PolicyCore
import PolicyStore

/// script/bench micro: the figures of one decision and of what comes before it. Each is a line of JSON on standard output.
///
/// Every part runs in a process of its own, started from one that holds nothing, so that peaks of memory are its own.
@main
enum Microbenchmarks {
    static let usage = """
        USAGE: microbenchmarks [--domains N] [--urls N] [--passes N] [--directory PATH] [PART …]

        PARTS (default: all but identity)
          compile      N domains in 50 categories from text to an image, as a server's child does it
          decide       one whole decision with these lists, 20 rules: hit, miss, memory asked for
          expressions  the same with 1,000 and 10,000 URL expressions, two sets of words
          evil         ten expressions that backtrack: the longest that judging a URL takes
          clients      recognising one of 100,000 clients
          identity     every expression's answer beside plain PCRE2's, pattern by pattern, on N URLs (takes many minutes)

        --domains N       default 5000000
        --urls N          for identity: default 100000
        --kind NAME       for identity: generated or worst alone
        --expressions N   for identity: so many expressions alone
        --passes N        the best of so many passes is told: default 5
        --directory PATH  where lists and images go: default a new one in /tmp, removed at the end
        """

    static func main() {
        do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
            FileHandle.standardError.write(Data("microbenchmarks: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        if arguments.contains("--help") || arguments.contains("-h") { return print(usage) }
        // The child of a compilation.
        if arguments.count == 3, arguments[0] == "job" { return try ListJob.perform(jobFile: arguments[1], resultFile: arguments[2]) }
        var options = Options()
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--domains", "--urls", "--passes", "--expressions":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { throw BenchmarkError("\(word) takes a number") }
                options.set(word, value)
            case "--kind":
                guard let kind = rest.popFirst().flatMap({ Patterns.Kind(rawValue: $0) }) else {
                    throw BenchmarkError("--kind takes generated or worst")
                }
                options.kind = kind
            case "--directory":
                guard let path = rest.popFirst() else { throw BenchmarkError("--directory takes a path") }
                options.directory = path
            case "--part": options.part = rest.popFirst()
            default: options.parts.append(word)
            }
        }
        if let part = options.part { return try perform(part, options) }
        try orchestrate(options)
    }

    private static func orchestrate(_ given: Options) throws {
        var options = given
        let isTemporary = options.directory == nil
        let directory = options.directory ?? "/tmp/weir-bench-\(getpid())"
        options.directory = directory
        defer { if isTemporary { try? FileManager.default.removeItem(atPath: directory) } }
        let place = Workplace(path: directory)
        let parts = options.parts.isEmpty ? ["compile", "decide", "expressions", "evil", "clients"] : options.parts
        let needsLists = parts.contains { !["clients", "evil", "identity"].contains($0) }
        if needsLists, !FileManager.default.fileExists(atPath: place.hits) { try child("generate", options) }
        if parts.contains("compile") || needsLists && !FileManager.default.fileExists(atPath: place.image) {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for pass in 0..<min(options.passes, 3) { try report(try place.compile(), place, isLast: pass == min(options.passes, 3) - 1) }
        }
        for part in parts where part != "compile" { try child(part, options) }
    }

    private static func child(_ part: String, _ options: Options) throws {
        var arguments = [
            "--part", part, "--directory", options.directory ?? "", "--domains", "\(options.domains)", "--urls", "\(options.urls)",
            "--passes", "\(options.passes)",
        ]
        if let kind = options.kind { arguments += ["--kind", kind.rawValue] }
        if let expressions = options.expressions { arguments += ["--expressions", "\(expressions)"] }
        let done = try Child.run(arguments)
        guard done.status == 0 else { throw BenchmarkError("\(part) failed") }
    }

    private static func report(_ child: Child, _ place: Workplace, isLast: Bool) throws {
        guard child.status == 0 else { throw BenchmarkError("the compilation failed") }
        Figure(name: "compile-seconds", value: child.seconds, unit: "s", wanted: 3).print()
        Figure(name: "compile-cpu-seconds", value: child.cpuSeconds, unit: "s", wanted: 3).print()
        Figure(name: "compile-peak", value: child.peakMiB, unit: "MiB", wanted: 400).print()
        guard isLast else { return }
        let (index, compilation) = try place.index()
        let entries = index.entryCounts.reduce(0, +)
        Figure(name: "compile-entries", value: Double(entries), unit: "entries").print()
        Figure(name: "compile-bytes", value: Double(compilation.imageBytes) / Double(max(entries, 1)), unit: "bytes an entry", wanted: 36)
            .print()
    }

    private static func perform(_ part: String, _ options: Options) throws {
        let place = Workplace(path: options.directory ?? "")
        switch part {
        case "generate": try place.generate(domains: options.domains)
        case "decide": try DecideBenchmark(place: place, passes: options.passes).run()
        case "expressions": try ExpressionBenchmark(place: place, passes: options.passes).run()
        case "evil": try EvilBenchmark(passes: options.passes).run()
        case "clients": try ClientBenchmark(passes: options.passes).run()
        case "identity": try IdentityCheck(urls: options.urls, kind: options.kind, expressions: options.expressions).run()
        default: throw BenchmarkError("there is no part \(part)")
        }
    }

    struct Options {
        var domains = 5_000_000
        var urls = 100_000
        var passes = 5
        var kind: Patterns.Kind?
        var expressions: Int?
        var directory: String?
        var part: String?
        var parts: [String] = []

        mutating func set(_ word: String, _ value: Int) {
            switch word {
            case "--domains": domains = value
            case "--urls": urls = value
            case "--expressions": expressions = value
            default: passes = value
            }
        }
    }
}
