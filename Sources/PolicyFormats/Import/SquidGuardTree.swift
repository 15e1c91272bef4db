/// `squidGuard.conf` in blocks and statements.
struct SquidGuardTree {
    /// A line of words, or a block: the words before its brace and what is in it.
    struct Node {
        var words: [String]
        var place: ImportPlace
        var children: [Node]?
    }

    private enum Item {
        case words([String], ImportPlace)
        case open([String], ImportPlace)
        case close(ImportPlace)
    }

    /// nil, and errors, where braces do not fit.
    static func read(_ lines: [ImportPlace], _ report: ImportReport) -> [Node]? {
        var stack: [Node] = [Node(words: [], place: ImportPlace(file: "", line: 0), children: [])]
        for item in items(lines) {
            switch item {
            case .words(let words, let place):
                stack[stack.count - 1].children?.append(Node(words: words, place: place))
            case .open(var words, let place):
                // A name whose brace stands on the next line.
                if words.isEmpty, let last = stack[stack.count - 1].children?.last, last.children == nil {
                    words = last.words
                    stack[stack.count - 1].children?.removeLast()
                }
                guard !words.isEmpty else {
                    report.error(place, "a brace without a name before it")
                    return nil
                }
                guard stack.count < 4 else {
                    report.error(place, "blocks are nested deeper than squidGuard allows: is a } missing?")
                    return nil
                }
                stack.append(Node(words: words, place: place, children: []))
            case .close(let place):
                guard stack.count > 1 else {
                    report.error(place, "a } with no block to end")
                    return nil
                }
                let node = stack.removeLast()
                stack[stack.count - 1].children?.append(node)
            }
        }
        guard stack.count == 1 else {
            report.error(stack[stack.count - 1].place, "the block \"\(stack[stack.count - 1].words.joined(separator: " "))\" has no }")
            return nil
        }
        return stack[0].children ?? []
    }

    private static func items(_ lines: [ImportPlace]) -> [Item] {
        var items: [Item] = []
        for place in lines {
            var words: [String] = []
            for word in tokens(place.text) {
                if word == "{" {
                    items.append(.open(words, place))
                    words = []
                } else if word == "}" {
                    if !words.isEmpty { items.append(.words(words, place)) }
                    words = []
                    items.append(.close(place))
                } else {
                    words.append(word)
                }
            }
            if !words.isEmpty { items.append(.words(words, place)) }
        }
        return items
    }

    /// Words up to a `#`; a brace at a word's end is one of its own unless the word has both (a URL, an expression).
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        for word in ImportText.words(text) {
            if word.hasPrefix("#") { break }
            if word.count > 1, word.hasSuffix("{"), !word.contains("}") {
                tokens += [String(word.dropLast()), "{"]
            } else if word.count > 1, word.hasSuffix("}"), !word.contains("{") {
                tokens += [String(word.dropLast()), "}"]
            } else if word.count > 1, word.hasPrefix("}"), !word.dropFirst().contains("}") {
                tokens += ["}"] + (word.dropFirst() == "{" ? ["{"] : [String(word.dropFirst())])
            } else {
                tokens.append(word)
            }
        }
        return tokens
    }
}
