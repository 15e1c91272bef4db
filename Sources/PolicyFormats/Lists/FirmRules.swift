internal import PatternMatching

/// What the rules marked `important` leave of the exceptions of an AdBlock list.
///
/// Hosts among hosts are ``ExceptionLayers``' matter; here are those of which one is an address or an expression. An exception that meets an
/// important rule of such a kind is written anew, as an expression that does not hold where the rule does.
struct FirmRules {
    private var addresses: Set<String> = []
    private var addressesInOrder: [String] = []
    private var hosts: [ExceptionLayers.Name] = []
    /// Expressions, and the host one is about with its subdomains where that is known.
    private var expressions: [(text: String, host: String?)] = []
    /// How many exceptions were written anew.
    private var written = 0

    /// More important expressions than these lose to exceptions: each is compared with each exception.
    private static let mostExpressions = 200
    /// More are left as they are: an expression costs more than a host.
    private static let mostWritten = 1000
    /// Longer expressions are left out of an index.
    private static let longest = 4096

    /// - Parameter host: the host an expression is about, with its subdomains.
    mutating func remember(_ entry: ListEntry, about host: String?) {
        switch entry.kind {
        case .prefix: if addresses.insert(entry.text).inserted { addressesInOrder.append(entry.text) }
        case .site, .subdomains: hosts.append(ExceptionLayers.Name(host: entry.text, kind: entry.kind, line: entry.line))
        default:
            // One that does not compile must not take the exceptions along.
            guard expressions.count < FirmRules.mostExpressions, FirmRules.standsInOthers(entry.text), (try? entry.validate()) != nil
            else { return }
            expressions.append((entry.text, host))
        }
    }

    /// - Parameter knowsHosts: whether important hosts are taken out of it already.
    /// - Returns: the exception where no important rule holds; nil where none is left. Where that cannot be said, all of it.
    mutating func rest(of exception: ListEntry, knowsHosts: Bool = false) -> ListEntry? {
        if exception.kind == .prefix, addresses.contains(exception.text) { return nil }
        guard written < FirmRules.mostWritten else { return exception }
        let winners = winners(over: exception, knowsHosts)
        guard !winners.isEmpty else { return exception }
        var rest = exception
        rest.kind = .expression
        let body = body(of: exception, isMade: knowsHosts)
        rest.text = "^(?!.*?(?:\(winners.map { "(?:\($0))" }.joined(separator: "|"))))\(body)"
        guard FirmRules.standsInOthers(body), rest.text.utf8.count <= FirmRules.longest else { return exception }
        written += 1
        return rest
    }

    private func winners(over exception: ListEntry, _ knowsHosts: Bool) -> [String] {
        let host = exception.kind == .site || exception.kind == .subdomains ? exception.text : nil
        var winners: [String] = []
        var length = 0
        func add(_ text: String) -> Bool {
            winners.append(text)
            length += text.utf8.count
            return length <= FirmRules.longest
        }
        for expression in expressions where isAbout(expression.host, host, exception.kind) {
            guard add(expression.text) else { return winners }
        }
        guard exception.kind == .expression, !knowsHosts else { return winners }
        for name in hosts { guard add(HostPattern.expression(for: name)) else { return winners } }
        for address in addressesInOrder { guard add(FirmRules.expression(for: address)) else { return winners } }
        return winners
    }

    /// Whether an expression about `firm` can hold where an exception about `host` does; nil stands for any.
    private func isAbout(_ firm: String?, _ host: String?, _ kind: EntryKind) -> Bool {
        guard let firm else { return true }
        guard let host else { return kind != .prefix }
        return firm == host || firm.hasSuffix(".\(host)") || host.hasSuffix(".\(firm)")
    }

    /// The exception as an expression that follows a `^`.
    /// - Parameter isMade: whether, where it is one, ``HostPattern`` made it, which begins there.
    private func body(of exception: ListEntry, isMade: Bool) -> String {
        switch exception.kind {
        case .site, .subdomains:
            HostPattern.expression(for: ExceptionLayers.Name(host: exception.text, kind: exception.kind, line: exception.line))
        case .prefix: FirmRules.expression(for: exception.text)
        default: isMade ? exception.text : ".*?(?:\(exception.text))"
        }
    }

    private static func expression(for address: String) -> String {
        let host = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
        return "\(HostPattern.scheme)\(HostPattern.escaped(host))[:/]"
    }

    /// Whether an expression means the same inside another: it counts no groups, names none, and switches nothing but the case.
    private static func standsInOthers(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            let rest = bytes[(index + 1)...].prefix(4)
            if isEscaped {
                isEscaped = false
                if (0x31...0x39).contains(byte) || [0x67, 0x6b, 0x4b, 0x51].contains(byte) { return false }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "("), rest.first == UInt8(ascii: "*") {
                return false
            } else if byte == UInt8(ascii: "("), rest.first == UInt8(ascii: "?") {
                if !plainGroups.contains(where: { rest.dropFirst().starts(with: $0.utf8) }) { return false }
            }
        }
        return true
    }

    private static let plainGroups = [":", "=", "!", "<=", "<!", "i)", "-i)"]
}
