/// One of Squid's access lists: its type and what it lists.
struct SquidACL {
    struct Value {
        var text: String
        var place: ImportPlace
        /// Where expressions are compared without regard to case.
        var isCaseless = false
    }

    var name: String
    var type: String
    var values: [Value] = []
    /// Files whose lines are values, as paths.
    var files: [Value] = []
    /// The lines it stands on; for `any-of` and `all-of` each is a condition of its own.
    var lines: [(words: [String], place: ImportPlace)] = []
    var isBuiltIn = false

    init(name: String, type: String) {
        self.name = name
        self.type = type
    }

    /// What its last line is called in a report.
    var place: ImportPlace { lines.last?.place ?? ImportPlace(file: "", line: 0) }

    mutating func add(_ words: [String], _ place: ImportPlace, folder: String) {
        lines.append((words, place))
        var isCaseless = false
        for word in words {
            switch word {
            case "-i": isCaseless = true
            case "+i": isCaseless = false
            case "-n", "--", "-s", "-m": continue
            default:
                if word.count > 2, word.hasPrefix("\""), word.hasSuffix("\"") {
                    files.append(Value(text: ImportText.path(word.trimmingQuotes, in: folder), place: place, isCaseless: isCaseless))
                } else {
                    values.append(Value(text: word, place: place, isCaseless: isCaseless))
                }
            }
        }
    }

    /// Words of a line: quoted ones whole, up to a `#` that begins one.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in text {
            if isQuoted {
                word.append(character)
                if character == "\"" { isQuoted = false }
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else if word.isEmpty, character == "#" {
                return words
            } else {
                if character == "\"", word.isEmpty { isQuoted = true }
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// Those Squid knows without being told.
    static let builtIn: [String: SquidACL] = {
        func acl(_ name: String, _ type: String, _ values: [String]) -> (String, SquidACL) {
            var acl = SquidACL(name: name, type: type)
            acl.values = values.map { Value(text: $0, place: ImportPlace(file: "", line: 0)) }
            acl.isBuiltIn = true
            return (name, acl)
        }
        return Dictionary(
            uniqueKeysWithValues: [
                acl("all", "src", ["all"]), acl("localhost", "src", ["127.0.0.1/32", "::1"]), acl("manager", "manager", []),
                acl("to_localhost", "dst", ["127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128"]),
                acl("to_linklocal", "dst", ["169.254.0.0/16", "fe80::/10"]), acl("CONNECT", "method", ["CONNECT"]),
            ])
    }()
}
