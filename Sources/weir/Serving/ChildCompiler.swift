import Foundation
import PolicyStore

extension ChildListCompiler {
    /// This program as its own child: `weir lists compile JOB RESULT`.
    static func own(data: String) -> ChildListCompiler {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return ChildListCompiler(
            executable: URL(fileURLWithPath: executable), arguments: ["lists", "compile"], scratch: data + "/scratch")
    }
}
