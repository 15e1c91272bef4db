import PolicyCore

/// A policy's text with its YAML tree, for changes at a place that leave the rest as it is.
struct PolicyText {
    private(set) var scalars: [UnicodeScalar]
    private(set) var root: YAMLNode
    private var lineStarts: [Int]

    /// - Throws: where the text is not YAML.
    init(_ text: String) throws(PolicyEditError) {
        scalars = Array(text.unicodeScalars)
        lineStarts = PolicyText.lineStarts(scalars)
        root = try PolicyText.tree(text)
        if !isPlain(root) { throw PolicyEditError("this policy uses YAML anchors, aliases or tags: edit its text") }
    }

    private static func tree(_ text: String) throws(PolicyEditError) -> YAMLNode {
        let sink = DiagnosticSink(file: "policy")
        guard let root = YAMLTree.read(text, sink: sink), !sink.hasErrors else {
            throw PolicyEditError(sink.sorted.first.map { "line \($0.line): \($0.message)" } ?? "not YAML")
        }
        guard case .mapping = root.content else { throw PolicyEditError("the policy is not a mapping") }
        return root
    }

    /// Whether everything stands where it is written. An alias has the place of what it stands for, before its own: a change there would be a
    /// change somewhere else. An anchor or a tag stands before its value and hides how that is written.
    private func isPlain(_ node: YAMLNode) -> Bool {
        let start = offset(of: node.place)
        if start < scalars.count, scalars[start] == "&" || scalars[start] == "!" { return false }
        switch node.content {
        case .nothing, .text: return true
        case .list(let items): return items.allSatisfy { $0.place >= node.place && isPlain($0) }
        case .mapping(let pairs): return pairs.allSatisfy { $0.value.place >= $0.keyPlace && isPlain($0.value) }
        }
    }

    /// Lines as YAML counts them: a carriage return with its line feed is one break.
    private static func lineStarts(_ scalars: [UnicodeScalar]) -> [Int] {
        var starts = [0]
        for (index, scalar) in scalars.enumerated() {
            let isReturn = scalar == "\r" && !(index + 1 < scalars.count && scalars[index + 1] == "\n")
            if scalar == "\n" || isReturn || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}" { starts.append(index + 1) }
        }
        return starts
    }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// What lines end in here.
    var lineBreak: String { text.utf8.contains(0x0d) ? "\r\n" : "\n" }

    var lineCount: Int { lineStarts.count }

    /// Replaces a range and reads the text anew.
    mutating func replace(_ range: Range<Int>, with new: String) throws(PolicyEditError) {
        let inside = max(0, range.lowerBound)..<min(max(range.upperBound, max(0, range.lowerBound)), scalars.count)
        scalars.replaceSubrange(inside, with: Array(new.unicodeScalars))
        lineStarts = PolicyText.lineStarts(scalars)
        do { root = try PolicyText.tree(text) } catch { throw PolicyEditError("this policy cannot be changed here: edit its text") }
    }

    func offset(of place: SourcePlace) -> Int {
        let line = min(max(place.line, 1), lineStarts.count)
        return min(lineStarts[line - 1] + place.column - 1, scalars.count)
    }

    /// - Parameter line: from 1; one after the last is the end of the text.
    func start(ofLine line: Int) -> Int { line <= lineStarts.count ? lineStarts[max(1, line) - 1] : scalars.count }

    /// The blanks a line begins with, or nil for a line that is empty or a comment.
    func indent(ofLine line: Int) -> Int? {
        let content = scalars[start(ofLine: line)..<start(ofLine: line + 1)]
        guard let first = content.firstIndex(where: { $0 != " " && $0 != "\t" }) else { return nil }
        if content[first] == "#" || content[first] == "\n" || content[first] == "\r" { return nil }
        return first - content.startIndex
    }

    private func startsItem(line: Int) -> Bool {
        guard let indent = indent(ofLine: line) else { return false }
        let index = start(ofLine: line) + indent
        return scalars[index] == "-" && (index + 1 >= scalars.count || " \t\r\n".unicodeScalars.contains(scalars[index + 1]))
    }

    /// Whether a node is written in brackets.
    func isFlow(_ node: YAMLNode) -> Bool {
        let offset = offset(of: node.place)
        switch node.content {
        case .list: return offset < scalars.count && scalars[offset] == "["
        case .mapping: return offset < scalars.count && scalars[offset] == "{"
        default: return false
        }
    }

    /// The first line behind what begins on `line` at `column` in block style: its own lines are indented deeper.
    /// - Parameter takesItems: whether list items at the same column belong to it (a key's value may stand so).
    func endLine(from line: Int, column: Int, takesItems: Bool) -> Int {
        var end = line + 1
        var next = line + 1
        while next <= lineCount {
            if let indent = indent(ofLine: next) {
                if indent < column - 1 || (indent == column - 1 && !(takesItems && startsItem(line: next))) { break }
                end = next + 1
            }
            next += 1
        }
        return end
    }
}
