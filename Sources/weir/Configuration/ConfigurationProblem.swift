/// One thing wrong with `weir.yaml`, and where.
struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    var file: String
    var line: Int
    var column: Int
    var message: String

    var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Everything wrong with a configuration, in the file's order.
struct ConfigurationProblems: Error, Sendable, CustomStringConvertible {
    var problems: [ConfigurationProblem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}
