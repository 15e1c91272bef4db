/// What came of an import.
public struct ImportedPolicy: Sendable {
    /// The policy's text, with the line each of its rules comes from; nil where there are errors.
    public var text: String?
    /// Every line of the configuration that says something, in the order of the files.
    public var lines: [ImportLine]
    /// What is wrong with the configuration itself.
    public var errors: [Diagnostic]
}

/// A line of another filter's configuration and what became of it.
public struct ImportLine: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Means the same in the policy.
        case mapped
        /// In the policy, with another meaning in some cases.
        case differs
        /// Not in the policy.
        case unmapped
        /// Not about verdicts, or not needed: nothing is lost.
        case ignored
    }

    public var file: String
    /// From 1.
    public var line: Int
    /// As it stands there, cut to what is fit to show.
    public var text: String
    public var outcome: Outcome
    /// What it became in the policy.
    public var becomes: String?
    /// Why it is not mapped, or how its meaning differs.
    public var note: String?
    /// Whether the policy lets through what the line would have kept from it.
    public var allowsMore: Bool

    public init(
        file: String, line: Int, text: String, outcome: Outcome, becomes: String? = nil, note: String? = nil,
        allowsMore: Bool = false
    ) {
        self.file = file
        self.line = line
        self.text = text
        self.outcome = outcome
        self.becomes = becomes
        self.note = note
        self.allowsMore = allowsMore
    }
}

/// A line of a configuration.
struct ImportPlace: Hashable, Comparable {
    var file: String
    var line: Int
    /// Its text, for the report and for comments.
    var text = ""

    static func == (a: ImportPlace, b: ImportPlace) -> Bool { a.file == b.file && a.line == b.line }
    static func < (a: ImportPlace, b: ImportPlace) -> Bool { (a.file, a.line) < (b.file, b.line) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(file)
        hasher.combine(line)
    }

    /// `squid.conf:12`, the file without its folders.
    var short: String { "\(file.split(separator: "/").last.map(String.init) ?? file):\(line)" }
}

/// Collects what becomes of each line while a configuration is read.
final class ImportReport {
    private var lines: [ImportPlace: ImportLine] = [:]
    private var order: [ImportPlace] = []
    private(set) var errors: [Diagnostic] = []
    private static let mostErrors = 100

    func error(_ place: ImportPlace, column: Int = 1, _ message: String) {
        guard errors.count < ImportReport.mostErrors else { return }
        errors.append(Diagnostic(file: place.file, line: place.line, column: column, message: message))
    }

    func mapped(_ place: ImportPlace, _ becomes: String) { add(place, .mapped, becomes, nil) }
    func differs(_ place: ImportPlace, _ becomes: String?, _ note: String) { add(place, .differs, becomes, note) }
    func unmapped(_ place: ImportPlace, _ note: String) { add(place, .unmapped, nil, note) }
    func ignored(_ place: ImportPlace, _ note: String) { add(place, .ignored, nil, note) }

    /// Something the line forbids there and the policy does not: told apart from, and before, all else.
    func allowsMore(_ place: ImportPlace, _ note: String) {
        add(place, .unmapped, nil, "allows more than there: \(note)")
        lines[place]?.allowsMore = true
    }

    /// What is said of a line more than once adds up; the worst outcome counts.
    private func add(_ place: ImportPlace, _ outcome: ImportLine.Outcome, _ becomes: String?, _ note: String?) {
        guard var line = lines[place] else {
            order.append(place)
            lines[place] = ImportLine(
                file: place.file, line: place.line, text: Array(place.text.utf8).withUnsafeBytes(RejectedLine.shown), outcome: outcome,
                becomes: becomes, note: note)
            return
        }
        line.outcome = ImportReport.worse(line.outcome, outcome, becomes: line.becomes ?? becomes)
        line.becomes = ImportReport.joined(line.becomes, becomes)
        line.note = ImportReport.joined(line.note, note)
        lines[place] = line
    }

    private static func worse(_ a: ImportLine.Outcome, _ b: ImportLine.Outcome, becomes: String?) -> ImportLine.Outcome {
        if a == b { return a }
        let both: Set = [a, b]
        // A part of the line is in the policy, another is not.
        if both.contains(.unmapped) || both.contains(.differs) { return becomes == nil ? .unmapped : .differs }
        return .mapped
    }

    private static func joined(_ a: String?, _ b: String?) -> String? {
        guard let a else { return b }
        guard let b, !a.split(separator: ";").contains(where: { $0.trimmingBlanks == b }), a.utf8.count < 2000 else { return a }
        return "\(a); \(b)"
    }

    func knows(_ place: ImportPlace) -> Bool { lines[place] != nil }

    /// In the order the files were opened, each in the order of its lines.
    var sorted: [ImportLine] {
        var files: [String: Int] = [:]
        for place in order where files[place.file] == nil { files[place.file] = files.count }
        return lines.values.sorted { ((files[$0.file] ?? 0), $0.line) < ((files[$1.file] ?? 0), $1.line) }
    }
}
