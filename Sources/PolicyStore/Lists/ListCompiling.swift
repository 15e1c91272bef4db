internal import Foundation

/// Does work on lists away from the proxy's memory: in a child process, or on a thread of its own where there is none.
public protocol ListCompiling: Sendable {
    /// - Throws: ``ListError`` for what is wrong with the list; anything else for what is wrong with the doing.
    func inspect(_ job: ListInspectionJob) async throws -> ListInspection
    func compile(_ job: ListCompileJob) async throws -> ListCompilation
    func compare(_ job: ListComparisonJob) async throws -> ListComparison
    func overlap(_ job: ListOverlapJob) async throws -> ListOverlap
}

/// Works in this process, on a thread of its own: for tests and for commands that run without a server.
public struct InProcessListCompiler: ListCompiling {
    public init() {}

    public func inspect(_ job: ListInspectionJob) async throws -> ListInspection { try await away { try ListInspector.inspect(job) } }

    public func compile(_ job: ListCompileJob) async throws -> ListCompilation { try await away { try ListCompiler.compile(job) } }

    public func compare(_ job: ListComparisonJob) async throws -> ListComparison { try await away { try ListComparer.compare(job) } }

    public func overlap(_ job: ListOverlapJob) async throws -> ListOverlap { try await away { try ListOverlapper.count(job) } }

    private func away<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await LowPriority.run(body)
    }
}

extension ListJob {
    /// The child's side: reads a job (JSON) and writes its result. What is wrong with a list is a result; only files that cannot be read or
    /// written are errors.
    public static func perform(jobFile: String, resultFile: String) throws {
        LowPriority.lower()
        guard let bytes = FileManager.default.contents(atPath: jobFile) else { throw ListError("\(jobFile) cannot be read") }
        let result = try JSONDecoder().decode(ListJob.self, from: bytes).perform()
        try JSONEncoder().encode(result).write(to: URL(fileURLWithPath: resultFile), options: .atomic)
    }

    func perform() -> ListJobResult {
        do {
            switch self {
            case .inspect(let job): return .inspected(try ListInspector.inspect(job))
            case .compile(let job): return .compiled(try ListCompiler.compile(job))
            case .compare(let job): return .compared(try ListComparer.compare(job))
            case .overlap(let job): return .overlapping(try ListOverlapper.count(job))
            }
        } catch let error as ListError {
            return .failed(error)
        } catch {
            return .failed(ListError("\(error)"))
        }
    }
}
