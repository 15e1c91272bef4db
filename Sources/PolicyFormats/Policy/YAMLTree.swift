import PolicyCore
import Yams

/// Reads YAML text into ``YAMLNode``s. Keys written twice are reported and the first of them kept, so that everything else is still read.
struct YAMLTree {
    /// Longer policies are refused.
    static let longestText = 16 * 1024 * 1024
    /// Aliases are copies: without a bound a short text grows without end.
    static let mostNodes = 2_000_000
    static let mostAliases = 32
    /// How many doubled keys are told apart before reading stops at them.
    private static let mostDoubled = 64

    private let sink: DiagnosticSink
    private var nodes = 0
    /// Keys that were renamed so that the parser takes them: by place, as written.
    private var renamed: [SourcePlace: String] = [:]

    private init(sink: DiagnosticSink) { self.sink = sink }

    /// - Returns: nil where there is no reading it; the sink says why.
    static func read(_ text: String, sink: DiagnosticSink) -> YAMLNode? {
        guard text.utf8.count <= longestText else {
            sink.error(.start, "the file is longer than 16 MiB")
            return nil
        }
        guard aliases(in: text) <= mostAliases else {
            sink.error(.start, "more than \(mostAliases) YAML aliases")
            return nil
        }
        var tree = YAMLTree(sink: sink)
        // Editors of other systems begin a file with a byte-order mark; what follows begins at column 1 all the same.
        guard let root = tree.compose(text.withoutByteOrderMark) else { return nil }
        return tree.node(root)
    }

    /// How many words look like aliases (`*name`); too many counted does no harm.
    private static func aliases(in text: String) -> Int {
        var count = 0
        var before = UInt8(ascii: "\n")
        var isStar = false
        for byte in text.utf8 {
            let isWord = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
            if isStar && isWord { count += 1 }
            isStar = byte == UInt8(ascii: "*") && [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5b, 0x7b, 0x3a].contains(before)
            before = byte
        }
        return count
    }

    private mutating func compose(_ original: String) -> Node? {
        var text = original
        while true {
            do {
                guard let node = try Yams.compose(yaml: text, .basic) else {
                    sink.error(.start, "there is nothing in the file")
                    return nil
                }
                return node
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let names, let context) = error, let key = names.first,
                    renamed.count < YAMLTree.mostDoubled, let next = rename(key, at: SourcePlace(context.mark), in: text)
                else {
                    report(error, in: text)
                    return nil
                }
                text = next
            } catch {
                sink.error(.start, "not YAML: \(error)")
                return nil
            }
        }
    }

    /// The parser stops at a doubled key; with the first letter of its first occurrence replaced it goes on, and nothing else moves.
    private mutating func rename(_ key: String, at place: SourcePlace, in text: String) -> String? {
        guard renamed[place] == nil, let stand = UnicodeScalar(0xe000 + renamed.count) else { return nil }
        var scalars = text.unicodeScalars
        guard var index = YAMLTree.index(of: place, in: scalars) else { return nil }
        if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
        guard index < scalars.endIndex, scalars[index] == key.unicodeScalars.first else { return nil }
        scalars.replaceSubrange(index...index, with: [stand])
        renamed[place] = key
        return String(scalars)
    }

    private static func index(of place: SourcePlace, in scalars: String.UnicodeScalarView) -> String.UnicodeScalarView.Index? {
        var line = 1
        var index = scalars.startIndex
        while line < place.line, index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            let isBreak = scalar == "\n" || (scalar == "\r" && !(index < scalars.endIndex && scalars[index] == "\n"))
            if isBreak || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}" { line += 1 }
        }
        guard let found = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex), found < scalars.endIndex else {
            return nil
        }
        return found
    }

    /// Where the first character stands that YAML forbids.
    private static func firstUnreadable(in text: String) -> SourcePlace {
        var place = SourcePlace.start
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: place = SourcePlace(line: place.line + 1, column: 1)
            case 0x09, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xfefe, 0xff00...0xfffd, 0x10000...: place.column += 1
            default: return place
            }
        }
        return .start
    }

    private func report(_ error: YamlError, in text: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            guard !problem.hasPrefix("Maximum nesting level") else { return sink.error(SourcePlace(mark), "nested too deeply") }
            guard problem != "but found another document" else {
                return sink.error(SourcePlace(mark), "a second document: a policy is one")
            }
            let hint = YAMLTree.followsStar(SourcePlace(mark), in: text) ? " (text that begins with * is written in quotes)" : ""
            sink.error(SourcePlace(mark), "not YAML: \(problem)\(hint)")
        case .duplicatedKeysInMapping(let names, let context):
            let names = names.map { "\"\($0)\"" }.joined(separator: ", ")
            sink.error(SourcePlace(context.mark), "written twice: \(names)")
        case .reader: sink.error(YAMLTree.firstUnreadable(in: text), "not YAML: a control character")
        default: sink.error(.start, "not YAML")
        }
    }

    /// Whether a place is at or right behind an asterisk: nearly always a name like `*.example.com` without its quotes.
    private static func followsStar(_ place: SourcePlace, in text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let index = index(of: place, in: scalars) else { return false }
        return scalars[index] == "*" || (index > scalars.startIndex && scalars[scalars.index(before: index)] == "*")
    }

    private mutating func node(_ node: Node) -> YAMLNode? {
        let place = node.mark.map(SourcePlace.init) ?? .start
        nodes += 1
        guard nodes <= YAMLTree.mostNodes else {
            if nodes == YAMLTree.mostNodes + 1 { sink.error(place, "too large") }
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && (scalar.string.isEmpty || scalar.string == "~")
            return YAMLNode(place: place, content: isNothing ? .nothing : .text(scalar.string))
        case .sequence(let sequence):
            var items: [YAMLNode] = []
            for item in sequence {
                guard let item = self.node(item) else { return nil }
                items.append(item)
            }
            return YAMLNode(place: place, content: .list(items))
        case .mapping(let mapping): return self.mapping(mapping, place)
        case .alias:
            sink.error(place, "an alias that stands for nothing")
            return nil
        }
    }

    private mutating func mapping(_ mapping: Node.Mapping, _ place: SourcePlace) -> YAMLNode? {
        var pairs: [YAMLNode.Pair] = []
        var places: [String: SourcePlace] = [:]
        for (key, value) in mapping {
            let keyPlace = key.mark.map(SourcePlace.init) ?? place
            guard let text = key.scalar?.string else {
                sink.error(keyPlace, "a key must be text")
                continue
            }
            let name = renamed[keyPlace] ?? text
            guard let value = node(value) else { return nil }
            if let first = places[name] {
                sink.error(keyPlace, "\"\(name)\" is written twice, first on line \(first.line)")
                continue
            }
            places[name] = keyPlace
            pairs.append(YAMLNode.Pair(key: name, keyPlace: keyPlace, value: value))
        }
        return YAMLNode(place: place, content: .mapping(pairs))
    }
}

extension SourcePlace {
    init(_ mark: Mark) { self.init(line: max(1, mark.line), column: max(1, mark.column)) }
}

extension String {
    var withoutByteOrderMark: String {
        guard unicodeScalars.first == "\u{feff}" else { return self }
        return String(unicodeScalars.dropFirst())
    }
}
