/// What may begin a statement in a block of squidGuard's.
enum SquidGuardKeys {
    /// Whether a statement goes on with any words there are, on further lines too, or is one of few.
    enum Reach { case many, few }

    static let source: [String: Reach] = [
        "ip": .many, "user": .many, "domain": .many, "iplist": .few, "userlist": .few, "userquery": .few, "ldapusersearch": .few,
        "execuserlist": .few, "userquota": .few, "within": .few, "outside": .few, "log": .few, "logfile": .few, "continue": .few,
    ]
    static let destination: [String: Reach] = [
        "domainlist": .few, "urllist": .few, "expressionlist": .few, "redirect": .few, "rewrite": .few, "within": .few, "outside": .few,
        "log": .few, "logfile": .few,
    ]
    static let access: [String: Reach] = [
        "pass": .many, "rewrite": .few, "rew": .few, "redirect": .few, "log": .few, "logfile": .few,
    ]
    static let time: [String: Reach] = ["weekly": .many, "date": .many]
}

extension SquidGuardTree.Node {
    /// What the block says, statement by statement: squidGuard does not look at where lines end, so that several may stand on one and one
    /// may go on on the next.
    func statements(_ keys: [String: SquidGuardKeys.Reach], _ report: ImportReport) -> [SquidGuardTree.Node] {
        var found: [SquidGuardTree.Node] = []
        var line: ImportPlace?
        for child in children ?? [] {
            guard child.children == nil else {
                found.append(child)
                line = nil
                continue
            }
            for word in child.words {
                let isSameLine = line == child.place
                if let last = found.last, last.children == nil, line != nil, last.takes(word, keys, isSameLine: isSameLine) {
                    found[found.count - 1].words.append(word)
                    if !isSameLine {
                        found[found.count - 1].place.text += " " + child.place.text
                        report.mapped(child.place, "goes on from line \(last.place.line)")
                    }
                } else {
                    found.append(SquidGuardTree.Node(words: [word], place: child.place))
                }
                line = child.place
            }
        }
        return found
    }

    /// Whether a word that follows belongs to this statement.
    private func takes(_ word: String, _ keys: [String: SquidGuardKeys.Reach], isSameLine: Bool) -> Bool {
        let isBare = words.count == 1 && words.first.flatMap { keys[$0] } == .few
        if keys[word] != nil { return isBare && isSameLine }
        return isSameLine || isBare || words.first.flatMap { keys[$0] } == .many
    }

    /// The words after the first, with those apart that commas and exclamation marks part, which need no blanks around them.
    var elements: [(name: String, isNegated: Bool)] {
        var found: [(String, Bool)] = []
        var isNegated = false
        for word in words.dropFirst() {
            for piece in word.split(separator: ",") {
                for (place, part) in piece.split(separator: "!", omittingEmptySubsequences: false).enumerated() {
                    if place > 0 { isNegated = true }
                    if part.isEmpty { continue }
                    found.append((String(part), isNegated))
                    isNegated = false
                }
            }
        }
        return found
    }
}

/// Addresses as squidGuard takes them.
enum SquidGuardAddresses {
    /// `10.0.0.1 - 10.0.0.9, 10.1.0.0 /24` as one word for each range or block.
    static func words(_ written: some StringProtocol) -> [String] {
        let parted = String(written).replacing(",", with: " ").replacing("-", with: " - ").replacing("/", with: " /")
        var found: [String] = []
        var isOpen = false
        for word in ImportText.words(parted) {
            if !found.isEmpty, word == "-" || word.hasPrefix("/") || isOpen {
                found[found.count - 1] += word
                isOpen = word == "-"
            } else {
                found.append(word)
            }
        }
        return found
    }
}
