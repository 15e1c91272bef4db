import Foundation
import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct ChildListCompilerTests {
    let job = ListInspectionJob(name: "l", path: "/none", format: .auto, match: .subdomains, fileName: "l", members: [""])

    /// A child that runs a line of shell, given the job file as `$1` and the result file as `$2`.
    func compiler(
        _ line: String, in directory: TemporaryDirectory, timeoutSeconds: Int = 60, lookSeconds: Double = 0.5
    ) -> ChildListCompiler {
        ChildListCompiler(
            executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", line, "sh"], scratch: directory.path,
            timeoutSeconds: timeoutSeconds, lookSeconds: lookSeconds)
    }

    @Test func aChildsAnswerIsTaken() async throws {
        let directory = try TemporaryDirectory()
        var inspection = ListInspection.nothing
        inspection.entries = 7
        let answer = try directory.write("answer.json", Array(JSONEncoder().encode(ListJobResult.inspected(inspection))))
        let compiler = compiler("grep -q none \"$1\" && cp \(answer) \"$2\"", in: directory)
        #expect(try await compiler.inspect(job).entries == 7)
        await #expect(throws: ListError("the child answered something else")) {
            try await self.compiler("cp \(answer) \"$2\"", in: directory).compile(ListCompileJob(lists: [], output: ""))
        }
        // Job and result are gone.
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["answer.json"])
    }

    /// On a machine that has no time left over a child that got none is begun anew as one that gets a share.
    @Test func aChildThatWaitsInVainIsBegunAnew() async throws {
        let directory = try TemporaryDirectory()
        let answer = try directory.write("answer.json", Array(JSONEncoder().encode(ListJobResult.inspected(ListInspection.nothing))))
        let line = "test -n \"$\(ChildListCompiler.hurry)\" || exec sleep 30; cp \(answer) \"$2\""
        #expect(try await compiler(line, in: directory, lookSeconds: 0.1).inspect(job).entries == 0)
    }

    /// From its first instruction: its libraries alone take longer than a request may wait.
    @Test func aChildBeginsWhereNothingElseWantsToRun() async throws {
        let directory = try TemporaryDirectory()
        let answer = try directory.write("answer.json", Array(JSONEncoder().encode(ListJobResult.inspected(ListInspection.nothing))))
        // The class a process runs in (proc(5), field 41): 5 is SCHED_IDLE.
        let line = "test \"$(cut -d' ' -f41 /proc/self/stat)\" = 5 && cp \(answer) \"$2\""
        #expect(try await compiler(line, in: directory).inspect(job).entries == 0)
        let hurried =
            "test -n \"$\(ChildListCompiler.hurry)\" || exec sleep 30; test \"$(cut -d' ' -f41 /proc/self/stat)\" = 0 && cp \(answer) \"$2\""
        #expect(try await compiler(hurried, in: directory, lookSeconds: 0.1).inspect(job).entries == 0)
    }

    @Test func aChildsErrorIsTheLists() async throws {
        let directory = try TemporaryDirectory()
        let answer = try directory.write(
            "answer.json", Array(JSONEncoder().encode(ListJobResult.failed(ListError("a web page, not a list")))))
        await #expect(throws: ListError("a web page, not a list")) { try await compiler("cp \(answer) \"$2\"", in: directory).inspect(job) }
    }

    static let ends: [(String, String)] = [
        ("exit 3", "reading the list failed: the child ended with exit code 3"),
        ("kill -9 $$", "reading the list failed: the child was ended by signal 9"),
        ("exec sleep 30", "reading the list failed: it took longer than 1 s"),
        ("true", "reading the list failed: the child ended with exit code 0"),
    ]

    @Test(arguments: ends) func aChildThatFailsIsToldOf(_ line: String, _ message: String) async throws {
        let directory = try TemporaryDirectory()
        await #expect(throws: ListError(message)) { try await compiler(line, in: directory, timeoutSeconds: 1).inspect(job) }
    }

    @Test func aChildThatDoesNotStartIsToldOf() async throws {
        let directory = try TemporaryDirectory()
        let compiler = ChildListCompiler(executable: URL(fileURLWithPath: "/nowhere/weir"), arguments: [], scratch: directory.path)
        await #expect(throws: ListError.self) { try await compiler.inspect(job) }
    }
}
