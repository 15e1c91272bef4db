import PolicyCore

extension PolicyText {
    /// The value at a path of keys.
    func node(_ path: [String]) -> YAMLNode? {
        path.reduce(Optional(root)) { node, key in node.flatMap { PolicyText.pair(key, in: $0)?.value } }
    }

    static func pair(_ key: String, in node: YAMLNode) -> YAMLNode.Pair? {
        guard case .mapping(let pairs) = node.content else { return nil }
        return pairs.first { $0.key == key }
    }

    /// Writes `key: value` into the mapping at a path, in place of what the key had. Mappings on the way that are missing are made.
    /// - Parameter value: YAML on one line.
    mutating func set(_ key: String, to value: String, at path: [String]) throws(PolicyEditError) {
        guard let last = path.last else { return try set(key, to: value, in: root, depth: 0) }
        let parent = Array(path.dropLast())
        guard let node = node(path), case .mapping(let pairs) = node.content, !pairs.isEmpty else {
            if let node = node(path), !PolicyText.isEmpty(node) {
                throw PolicyEditError("\"\(last)\" on line \(node.place.line) is no mapping")
            }
            return try set(last, to: "{ \(key): \(value) }", at: parent)
        }
        try set(key, to: value, in: node, depth: path.count)
    }

    private static func isEmpty(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .nothing: true
        case .mapping(let pairs): pairs.isEmpty
        default: false
        }
    }

    private mutating func set(_ key: String, to value: String, in node: YAMLNode, depth: Int) throws(PolicyEditError) {
        guard case .mapping(let pairs) = node.content, let last = pairs.last else { throw PolicyEditError("the policy is empty") }
        if let old = pairs.first(where: { $0.key == key }) { return try replace(old, in: node, with: value) }
        if isFlow(node) {
            return try insert("\(key): \(value)", inBracketsAt: offset(of: node.place))
        }
        let column = pairs[0].keyPlace.column
        let end = endLine(from: last.keyPlace.line, column: column, takesItems: true)
        let indent = String(repeating: " ", count: column - 1)
        // A section of its own is told apart by a blank line, and its first name stands on a line of its own.
        let entry = depth == 0 ? "\(lineBreak)\(PolicyText.section(key, value, lineBreak))" : "\(indent)\(key): \(value)"
        try insertLine(entry, at: end)
    }

    /// `{ name: value }` of a new section as block lines.
    private static func section(_ key: String, _ value: String, _ lineBreak: String) -> String {
        guard value.hasPrefix("{ "), value.hasSuffix(" }") else { return "\(key): \(value)" }
        return "\(key):\(lineBreak)  \(value.dropFirst(2).dropLast(2))"
    }

    private mutating func replace(_ old: YAMLNode.Pair, in node: YAMLNode, with value: String) throws(PolicyEditError) {
        let start = offset(of: old.value.place)
        if isFlow(old.value) {
            return try replace(start..<(flowEnd(start) ?? scalars.count), with: value)
        }
        if isFlow(node) {
            if case .nothing = old.value.content {
                let keyEnd = flowItemEnd(offset(of: old.keyPlace))
                return try replace(offset(of: old.keyPlace)..<keyEnd, with: "\(old.key): \(value)")
            }
            return try replace(start..<flowItemEnd(start), with: value)
        }
        if case .text = old.value.content, let end = scalarEnd(start) { return try replace(start..<end, with: value) }
        let indent = String(repeating: " ", count: old.keyPlace.column - 1)
        let end = endLine(from: old.keyPlace.line, column: old.keyPlace.column, takesItems: true)
        let isSection = old.keyPlace.column == 1
        let entry = isSection ? PolicyText.section(old.key, value, lineBreak) : "\(indent)\(old.key): \(value)"
        try replace(self.start(ofLine: old.keyPlace.line)..<self.start(ofLine: end), with: entry + lineBreak)
    }

    /// Takes a key out of the mapping at a path. Nothing happens where it is not there.
    mutating func remove(_ key: String, at path: [String]) throws(PolicyEditError) {
        guard let node = node(path), case .mapping(let pairs) = node.content, let index = pairs.firstIndex(where: { $0.key == key }) else {
            return
        }
        if isFlow(node) {
            return try removeFlowItem(index, starts: pairs.map { offset(of: $0.keyPlace) })
        }
        let place = pairs[index].keyPlace
        let end = endLine(from: place.line, column: place.column, takesItems: true)
        try replace(start(ofLine: place.line)..<start(ofLine: end), with: "")
    }

    // MARK: Lists

    /// Adds an item to the list that a key of the mapping at a path has; a single value becomes a list.
    /// - Parameter item: YAML on one line.
    mutating func append(_ item: String, to key: String, at path: [String]) throws(PolicyEditError) {
        guard let value = node(path).flatMap({ PolicyText.pair(key, in: $0) })?.value else {
            return try set(key, to: "[\(item)]", at: path)
        }
        switch value.content {
        case .nothing: try set(key, to: "[\(item)]", at: path)
        case .text:
            let start = offset(of: value.place)
            let end = node(path).map(isFlow) == true ? flowItemEnd(start) : scalarEnd(start)
            guard let end else { throw PolicyEditError("\"\(key)\" on line \(value.place.line) cannot be changed here: edit the text") }
            let old = String(String.UnicodeScalarView(scalars[start..<end]))
            try replace(start..<end, with: "[\(old), \(item)]")
        case .list(let items):
            if isFlow(value) {
                return try insert(item, inBracketsAt: offset(of: value.place))
            }
            guard let last = items.last else { return try set(key, to: "[\(item)]", at: path) }
            // A block list's node stands where its first dash does.
            let column = value.place.column
            let end = endLine(from: last.place.line, column: column, takesItems: false)
            try insertLine(String(repeating: " ", count: column - 1) + "- \(item)", at: end)
        case .mapping: throw PolicyEditError("\"\(key)\" on line \(value.place.line) is no list")
        }
    }

    func hasItem(_ text: String, in key: String, at path: [String]) -> Bool {
        guard let value = node(path).flatMap({ PolicyText.pair(key, in: $0) })?.value else { return false }
        if case .list(let items) = value.content { return items.contains { $0.isText(text) } }
        return value.isText(text)
    }

    /// Takes every item of this text out of the list that a key of the mapping at a path has.
    mutating func removeItem(_ text: String, from key: String, at path: [String]) throws(PolicyEditError) {
        while let value = node(path).flatMap({ PolicyText.pair(key, in: $0) })?.value {
            switch value.content {
            case .text(let single):
                if single == text { try remove(key, at: path) }
                return
            case .list(let items):
                guard let index = items.firstIndex(where: { $0.isText(text) }) else { return }
                if isFlow(value) {
                    try removeFlowItem(index, starts: items.map { offset(of: $0.place) })
                } else if items.count == 1 {
                    try remove(key, at: path)
                } else {
                    let end = endLine(from: items[index].place.line, column: value.place.column, takesItems: false)
                    try replace(start(ofLine: items[index].place.line)..<start(ofLine: end), with: "")
                }
            default: return
            }
        }
    }

    private mutating func removeFlowItem(_ index: Int, starts: [Int]) throws(PolicyEditError) {
        let end = flowItemEnd(starts[index])
        if index + 1 < starts.count {
            try replace(starts[index]..<starts[index + 1], with: "")
        } else if index > 0 {
            try replace(flowItemEnd(starts[index - 1])..<end, with: "")
        } else {
            try replace(starts[index]..<end, with: "")
        }
    }

    /// Inserts an item before the bracket that closes the one at `open`.
    private mutating func insert(_ item: String, inBracketsAt open: Int) throws(PolicyEditError) {
        guard let close = flowEnd(open).map({ $0 - 1 }) else { throw PolicyEditError("this policy cannot be changed here: edit its text") }
        let last = lastSignificant(in: open..<close)
        let needsComma = last != open && scalars[last] != ","
        // A comment before the bracket would swallow what is written behind it.
        if scalars[(last + 1)..<close].contains("#") {
            return try replace(close..<close, with: "\(needsComma ? ", " : "")\(item)")
        }
        let gap = needsComma ? ", " : scalars[last] == "[" ? "" : " "
        try replace((last + 1)..<(last + 1), with: gap + item)
    }

    /// Inserts a line before `line`, giving the line before it a break where the text ends without one.
    private mutating func insertLine(_ entry: String, at line: Int) throws(PolicyEditError) {
        let offset = start(ofLine: line)
        let needsBreak = offset > 0 && offset == scalars.count && scalars[offset - 1] != "\n"
        try replace(offset..<offset, with: (needsBreak ? lineBreak : "") + entry + lineBreak)
    }
}

extension YAMLNode {
    func isText(_ wanted: String) -> Bool {
        if case .text(let text) = content { return text == wanted }
        return false
    }
}
