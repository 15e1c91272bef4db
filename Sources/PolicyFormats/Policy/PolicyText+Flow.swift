extension PolicyText {
    /// The offset behind the bracket that closes the one at `start`.
    func flowEnd(_ start: Int) -> Int? {
        var depth = 0
        var index = start
        while index < scalars.count {
            switch scalars[index] {
            case "[", "{": depth += 1
            case "]", "}":
                depth -= 1
                if depth == 0 { return index + 1 }
            case "'",
                "\"" where opensToken(index):
                index = quoteEnd(index) - 1
            case "#" where index > 0 && " \t\n\r".unicodeScalars.contains(scalars[index - 1]): index = lineEnd(index) - 1
            default: break
            }
            index += 1
        }
        return nil
    }

    /// The last character in a range inside brackets that is neither blank nor in a comment.
    func lastSignificant(in range: Range<Int>) -> Int {
        var last = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            let scalar = scalars[index]
            if scalar == "#", index > 0, " \t\n\r".unicodeScalars.contains(scalars[index - 1]) {
                index = lineEnd(index)
            } else if (scalar == "'" || scalar == "\"") && opensToken(index) {
                index = quoteEnd(index)
                last = index - 1
            } else {
                if !" \t\n\r".unicodeScalars.contains(scalar) { last = index }
                index += 1
            }
        }
        return min(last, max(range.lowerBound, range.upperBound - 1))
    }

    /// The offset behind a value inside brackets that begins at `start`, blanks after it not counted.
    func flowItemEnd(_ start: Int) -> Int {
        var index = start
        var end = start
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "," || scalar == "]" || scalar == "}" { break }
            if scalar == "[" || scalar == "{" {
                index = flowEnd(index) ?? scalars.count
            } else if (scalar == "'" || scalar == "\"") && opensToken(index) {
                index = quoteEnd(index)
            } else if scalar == "#", index > 0, " \t\n\r".unicodeScalars.contains(scalars[index - 1]) {
                index = lineEnd(index)
                continue
            } else {
                index += 1
                if " \t\n\r".unicodeScalars.contains(scalar) { continue }
            }
            end = index
        }
        return end
    }

    /// The offset behind a scalar on one line in block style; nil for one that goes over several lines.
    func scalarEnd(_ start: Int) -> Int? {
        guard start < scalars.count else { return nil }
        switch scalars[start] {
        case "'", "\"": return quoteEnd(start)
        case "|", ">", "&", "!", "*": return nil
        default:
            var end = start
            for index in start..<lineEnd(start) {
                let isBlank = scalars[index] == " " || scalars[index] == "\t" || scalars[index] == "\r"
                if scalars[index] == "#", index > start, scalars[index - 1] == " " || scalars[index - 1] == "\t" { break }
                if !isBlank { end = index + 1 }
            }
            return end
        }
    }

    /// A quote inside a plain word (`it's`) opens nothing.
    private func opensToken(_ index: Int) -> Bool {
        index == 0 || " \t\n\r,[{:".unicodeScalars.contains(scalars[index - 1])
    }

    private func quoteEnd(_ start: Int) -> Int {
        let quote = scalars[start]
        var index = start + 1
        while index < scalars.count {
            if quote == "\"", scalars[index] == "\\" {
                index += 2
                continue
            }
            if scalars[index] == quote {
                let isDoubled = quote == "'" && index + 1 < scalars.count && scalars[index + 1] == "'"
                if !isDoubled { return index + 1 }
                index += 1
            }
            index += 1
        }
        return scalars.count
    }

    /// The offset of the line's end, its break not counted.
    private func lineEnd(_ start: Int) -> Int { scalars[start...].firstIndex { $0 == "\n" } ?? scalars.count }
}
