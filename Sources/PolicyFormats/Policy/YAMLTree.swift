import PolicyCore
import Yams

/// Reads YAML text into ``YAMLNode``s. Keys written twice are reported and the first of them kept, so that everything else is still read.
struct YAMLTree {
    /// Longer policies are refused.
    static let longestText = 16 * 1024 * 1024
    /// Of one document, aliases written out.
    static let mostNodes = 2_000_000
    /// Levels of lists and mappings, aliases written out: what walks a tree goes down as deep. The parser allows as many without aliases.
    static let mostLevels = 1000
    /// How many doubled keys are told apart before reading stops at them.
    private static let mostDoubled = 64

    private let sink: DiagnosticSink
    private var aliases: YAMLAliases
    private var nodes = 0
    private var level = 0
    /// The deepest level a node was found on since this was last put back to the level at hand.
    private var deepest = 0
    /// Keys that were renamed so that the parser takes them: by place, as written.
    private var renamed: [SourcePlace: String] = [:]

    private init(sink: DiagnosticSink, aliases: YAMLAliases) {
        self.sink = sink
        self.aliases = aliases
    }

    /// - Returns: nil where there is no reading it; the sink says why.
    static func read(_ text: String, sink: DiagnosticSink) -> YAMLNode? {
        guard text.utf8.count <= longestText else {
            sink.error(.start, "the file is longer than 16 MiB")
            return nil
        }
        // Editors of other systems begin a file with a byte-order mark; what follows begins at column 1 all the same.
        let text = text.withoutByteOrderMark
        guard let aliases = YAMLAliases(of: text) else {
            sink.error(.start, "every character of Unicode's private use stands in it: write it with fewer")
            return nil
        }
        var tree = YAMLTree(sink: sink, aliases: aliases)
        return tree.compose(aliases.put(into: text))
    }

    private mutating func compose(_ original: String) -> YAMLNode? {
        var text = original
        while true {
            do {
                // Nodes know their anchors for as long as the parser lives.
                let parser = try Parser(yaml: text, resolver: .basic)
                guard let root = try parser.singleRoot() else {
                    sink.error(.start, "there is nothing in the file")
                    return nil
                }
                return withExtendedLifetime(parser) { node(root) }
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
            let hint = YAMLTree.followsStar(SourcePlace(mark), in: aliases.taken(from: text)) ? " (\(YAMLTree.starHint))" : ""
            sink.error(SourcePlace(mark), "not YAML: \(problem)\(hint)")
        case .duplicatedKeysInMapping(let names, let context):
            let names = names.map { "\"\(aliases.taken(from: $0))\"" }.joined(separator: ", ")
            sink.error(SourcePlace(context.mark), "written twice: \(names)")
        case .reader: sink.error(YAMLTree.firstUnreadable(in: text), "not YAML: a control character")
        default: sink.error(.start, "not YAML")
        }
    }

    private static let starHint = "text that begins with * is written in quotes"

    /// Whether a place is at or right behind an asterisk: nearly always a name like `*.example.com` without its quotes.
    private static func followsStar(_ place: SourcePlace, in text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let index = index(of: place, in: scalars) else { return false }
        return scalars[index] == "*" || (index > scalars.startIndex && scalars[scalars.index(before: index)] == "*")
    }

    private mutating func node(_ node: Node) -> YAMLNode? {
        if let name = alias(node) { return copy(of: name, at: place(node)) }
        guard count(1, at: place(node)) else { return nil }
        guard let anchor = node.anchor?.rawValue else { return bare(node) }
        let (before, above) = (nodes, deepest)
        deepest = level
        guard let read = bare(node) else { return nil }
        aliases.remember(anchor, YAMLAliases.Anchored(node: read, nodes: nodes - before + 1, levels: deepest - level))
        deepest = max(deepest, above)
        return read
    }

    /// A node without a look at whether others refer to it.
    private mutating func bare(_ node: Node) -> YAMLNode? {
        let place = place(node)
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && (scalar.string.isEmpty || scalar.string == "~")
            return YAMLNode(place: place, content: isNothing ? .nothing : .text(aliases.taken(from: scalar.string)))
        case .sequence(let sequence):
            guard goDown(1, at: place) else { return nil }
            defer { level -= 1 }
            var items: [YAMLNode] = []
            for item in sequence {
                guard let item = self.node(item) else { return nil }
                items.append(item)
            }
            return YAMLNode(place: place, content: .list(items))
        case .mapping(let mapping):
            guard goDown(1, at: place) else { return nil }
            defer { level -= 1 }
            return self.mapping(mapping, place)
        case .alias:
            sink.error(place, "an alias that stands for nothing")
            return nil
        }
    }

    private func place(_ node: Node) -> SourcePlace { node.mark.map(SourcePlace.init) ?? .start }

    /// The text behind the asterisk, where the node is an alias; it may be no name.
    private func alias(_ node: Node) -> Substring? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return nil }
        return aliases.name(in: renamed[place(node)] ?? scalar.string)
    }

    /// What an alias stands for, counted as if it were written out; without a copy of it.
    private mutating func copy(of name: Substring, at place: SourcePlace) -> YAMLNode? {
        guard YAMLAliases.isName(name) else {
            sink.error(place, "not YAML: no name of an alias (\(YAMLTree.starHint))")
            return nil
        }
        guard aliases.use() else {
            sink.error(place, "more than \(YAMLAliases.most) YAML aliases")
            return nil
        }
        guard let anchored = aliases.anchored(String(name)) else {
            sink.error(place, "an alias of nothing: there is no \"&\(name)\" before it (\(YAMLTree.starHint))")
            return nil
        }
        guard count(anchored.nodes, at: place), goDown(anchored.levels, at: place) else { return nil }
        level -= anchored.levels
        return anchored.node
    }

    private mutating func count(_ more: Int, at place: SourcePlace) -> Bool {
        nodes += more
        if nodes <= YAMLTree.mostNodes { return true }
        sink.error(place, "too large: over \(YAMLTree.mostNodes) values, those aliases stand for among them")
        return false
    }

    private mutating func goDown(_ levels: Int, at place: SourcePlace) -> Bool {
        guard level + levels <= YAMLTree.mostLevels else {
            sink.error(place, "nested too deeply")
            return false
        }
        level += levels
        deepest = max(deepest, level)
        return true
    }

    private mutating func mapping(_ mapping: Node.Mapping, _ place: SourcePlace) -> YAMLNode? {
        var pairs: [YAMLNode.Pair] = []
        var places: [String: SourcePlace] = [:]
        for (key, value) in mapping {
            let keyPlace = self.place(key)
            let read: YAMLNode?
            if let alias = alias(key) {
                read = copy(of: alias, at: keyPlace)
                if read == nil { return nil }
            } else {
                read = self.key(key, keyPlace)
            }
            guard let value = node(value) else { return nil }
            guard case .text(let name)? = read?.content else {
                sink.error(keyPlace, "a key must be text")
                continue
            }
            if let first = places[name] {
                sink.error(keyPlace, "\"\(name)\" is written twice, first on line \(first.line)")
                continue
            }
            places[name] = keyPlace
            pairs.append(YAMLNode.Pair(key: name, keyPlace: keyPlace, value: value))
        }
        return YAMLNode(place: place, content: .mapping(pairs))
    }

    /// A key as written, `~` too; nil where it is no text.
    private mutating func key(_ key: Node, _ place: SourcePlace) -> YAMLNode? {
        guard let scalar = key.scalar else { return nil }
        let node = YAMLNode(place: place, content: .text(aliases.taken(from: renamed[place] ?? scalar.string)))
        if let anchor = scalar.anchor?.rawValue { aliases.remember(anchor, YAMLAliases.Anchored(node: node, nodes: 1, levels: 0)) }
        return node
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
