import ArgumentParser
import Foundation

/// `--config FILE`, for every command that needs the server's data.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file (default: ./weir.yaml where there is one, else the defaults).")
    var file: String?

    private static let largest = 1 << 20

    /// - Throws: `ConfigurationProblems`, or a sentence where the file cannot be read.
    func load() throws -> Configuration {
        guard let file = file ?? (FileManager.default.fileExists(atPath: "weir.yaml") ? "weir.yaml" : nil) else {
            return Configuration()
        }
        return try Self.read(file)
    }

    /// - Parameter warn: hears of what is allowed and dangerous.
    /// - Throws: `ConfigurationProblems`, or a sentence where the file cannot be read.
    static func read(_ file: String, warn: @escaping (ConfigurationProblem) -> Void = { _ in }) throws -> Configuration {
        let bytes = try InputFile.bytes(file, limit: largest)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Terminal.Failure("\(file): is not UTF-8 text") }
        return try ConfigurationReader.read(text, file: file, warn: warn)
    }
}
