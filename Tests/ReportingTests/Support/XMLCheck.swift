/// Reads XML as strictly as the tests need: tags are balanced, attributes quoted and not twice, no `<` or bare `&` in text, only characters
/// XML allows. Gives nil where all is well, else what is not.
struct XMLCheck {
    private var rest: Substring.UnicodeScalarView
    private var open: [String] = []
    private(set) var attributes: Set<String> = []
    private(set) var elements: Set<String> = []

    private struct Problem: Error {
        let message: String
    }

    init(_ text: String) { rest = Substring(text).unicodeScalars }

    mutating func problem() -> String? {
        do {
            try read()
            return open.isEmpty ? nil : "not closed: \(open)"
        } catch let problem as Problem {
            return problem.message + " before " + String(Substring(rest.prefix(40)))
        } catch {
            return "\(error)"
        }
    }

    private mutating func read() throws {
        while let scalar = rest.first {
            try checkAllowed(scalar)
            switch scalar {
            case "<": try tag()
            case "&": try reference()
            default: rest.removeFirst()
            }
        }
    }

    private func checkAllowed(_ scalar: Unicode.Scalar) throws {
        let isAllowed =
            scalar == "\t" || scalar == "\n" || scalar == "\r" || (scalar.value >= 0x20 && scalar.value < 0xfffe) || scalar.value > 0xffff
        if !isAllowed { throw Problem(message: "character \(scalar.value)") }
    }

    private mutating func reference() throws {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
        guard let found = known.first(where: { rest.starts(with: $0.unicodeScalars) }) else { throw Problem(message: "a bare &") }
        rest.removeFirst(found.unicodeScalars.count)
    }

    private mutating func tag() throws {
        rest.removeFirst()
        if rest.first == "/" {
            rest.removeFirst()
            let name = word()
            guard open.popLast() == name, rest.popFirst() == ">" else { throw Problem(message: "</\(name)>") }
            return
        }
        let name = word()
        guard !name.isEmpty else { throw Problem(message: "a bare <") }
        elements.insert(name)
        var seen: Set<String> = []
        while rest.first == " " {
            rest.removeFirst()
            let attribute = word()
            guard !attribute.isEmpty, seen.insert(attribute).inserted, rest.popFirst() == "=", rest.popFirst() == "\"" else {
                throw Problem(message: "attribute \(attribute)")
            }
            attributes.insert(attribute)
            try attributeValue()
        }
        if rest.first == "/" {
            rest.removeFirst()
        } else {
            open.append(name)
        }
        guard rest.popFirst() == ">" else { throw Problem(message: "<\(name)") }
    }

    private mutating func attributeValue() throws {
        while let scalar = rest.first, scalar != "\"" {
            try checkAllowed(scalar)
            if scalar == "<" { throw Problem(message: "< in an attribute") }
            if scalar == "&" { try reference() } else { rest.removeFirst() }
        }
        if rest.popFirst() == nil { throw Problem(message: "an open attribute") }
    }

    private mutating func word() -> String {
        var name = ""
        while let scalar = rest.first, scalar.properties.isAlphabetic || scalar == "-" || ("0"..."9").contains(scalar) {
            name.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        return name
    }
}
