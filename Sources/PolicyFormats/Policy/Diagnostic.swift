public import PolicyCore

/// Something a reader has to say about a place in a file.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    public enum Severity: String, Sendable, Codable {
        case error, warning
    }

    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, counted in characters.
    public var column: Int
    public var severity: Severity
    public var message: String

    public init(file: String, line: Int, column: Int, severity: Severity = .error, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.message = message
    }

    /// `file:line:column: message`; warnings say that they are one.
    public var description: String {
        "\(file):\(line):\(column): \(severity == .warning ? "warning: " : "")\(message)"
    }
}

/// What came of reading a policy.
public struct PolicyReading: Sendable {
    /// nil where there are errors.
    public var document: PolicyDocument?
    /// In the order of the file.
    public var diagnostics: [Diagnostic]

    public init(document: PolicyDocument?, diagnostics: [Diagnostic]) {
        self.document = document
        self.diagnostics = diagnostics
    }

    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    public var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}

/// Collects what is found while one file is read.
final class DiagnosticSink {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var hasErrors = false

    init(file: String) { self.file = file }

    func error(_ place: SourcePlace, _ message: String) {
        hasErrors = true
        add(place, .error, message)
    }

    func warning(_ place: SourcePlace, _ message: String) { add(place, .warning, message) }

    private func add(_ place: SourcePlace, _ severity: Diagnostic.Severity, _ message: String) {
        diagnostics.append(Diagnostic(file: file, line: place.line, column: place.column, severity: severity, message: message))
    }

    /// In the order of the file; what was found at one place in the order found.
    var sorted: [Diagnostic] {
        diagnostics.enumerated()
            .sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
            .map(\.element)
    }
}
