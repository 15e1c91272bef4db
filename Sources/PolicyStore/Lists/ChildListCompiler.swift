public import Foundation

/// Runs each job in a child process: `EXECUTABLE ARGUMENTS… JOBFILE RESULTFILE`, which calls ``ListJob/perform(jobFile:resultFile:)``.
/// A child that crashes, hangs or runs out of memory costs this list's new version and nothing else.
public struct ChildListCompiler: ListCompiling {
    private let executable: URL
    private let arguments: [String]
    private let scratch: String
    private let timeoutSeconds: Int
    private let lookSeconds: Double

    /// - Parameters:
    ///   - executable: usually this program.
    ///   - arguments: before the two paths, such as `["lists", "compile", "--job"]`.
    ///   - scratch: a private directory for job and result files; made when it is not there.
    ///   - lookSeconds: how often it is looked whether a child, which waits for time that nobody else wants, gets any.
    public init(executable: URL, arguments: [String], scratch: String, timeoutSeconds: Int = 900, lookSeconds: Double = 0.5) {
        self.executable = executable
        self.arguments = arguments
        self.scratch = scratch
        self.timeoutSeconds = timeoutSeconds
        self.lookSeconds = lookSeconds
    }

    public func inspect(_ job: ListInspectionJob) async throws -> ListInspection {
        switch try await run(.inspect(job)) {
        case .inspected(let inspection): return inspection
        case .failed(let error): throw error
        default: throw ListError("the child answered something else")
        }
    }

    public func compile(_ job: ListCompileJob) async throws -> ListCompilation {
        var job = job
        job.owner = ProcessInfo.processInfo.processIdentifier
        switch try await run(.compile(job)) {
        case .compiled(let compilation): return compilation
        case .failed(let error): throw error
        default: throw ListError("the child answered something else")
        }
    }

    public func compare(_ job: ListComparisonJob) async throws -> ListComparison {
        switch try await run(.compare(job)) {
        case .compared(let comparison): return comparison
        case .failed(let error): throw error
        default: throw ListError("the child answered something else")
        }
    }

    public func overlap(_ job: ListOverlapJob) async throws -> ListOverlap {
        switch try await run(.overlap(job)) {
        case .overlapping(let overlap): return overlap
        case .failed(let error): throw error
        default: throw ListError("the child answered something else")
        }
    }

    private func run(_ job: ListJob) async throws -> ListJobResult {
        let directory = scratch + "/job-" + Secret.text(bytes: 9)
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let jobFile = directory + "/job.json"
        let resultFile = directory + "/result.json"
        try JSONEncoder().encode(job).write(to: URL(fileURLWithPath: jobFile))
        // Where too little is left over for it the child is begun anew as one that gets a share.
        var status = try await runChild(arguments + [jobFile, resultFile], isHurried: false)
        if status == .starved { status = try await runChild(arguments + [jobFile, resultFile], isHurried: true) }
        guard status == .exit(0), let bytes = FileManager.default.contents(atPath: resultFile) else {
            throw ListError("reading the list failed: \(status)")
        }
        return try JSONDecoder().decode(ListJobResult.self, from: bytes)
    }

    /// In the environment of a child that takes a share of the processor, whoever else wants it.
    static let hurry = "WEIR_LIST_JOB_HURRIES"

    private func runChild(_ arguments: [String], isHurried: Bool) async throws -> ChildProcess.End {
        var environment = ProcessInfo.processInfo.environment
        environment[Self.hurry] = isHurried ? "1" : nil
        return try await ChildProcess.run(
            executable.path, arguments, environment: environment, yieldsToAll: !isHurried, atMost: timeoutSeconds,
            lookSeconds: isHurried ? nil : lookSeconds)
    }
}
