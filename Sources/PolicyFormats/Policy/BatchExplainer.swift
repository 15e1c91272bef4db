public import PatternMatching
public import PolicyCore

/// Answers `weir explain --batch`: a JSON line in, a JSON line out.
public struct BatchExplainer: Sendable {
    private let snapshot: PolicySnapshot
    private let now: Instant?

    /// - Parameter now: the time of questions that name none; without it they are errors.
    public init(snapshot: PolicySnapshot, now: Instant? = nil) {
        self.snapshot = snapshot
        self.now = now
    }

    /// - Parameter line: one question, with or without its line feed.
    /// - Returns: the answer without a line feed: every field, or `{"id":…,"error":"…"}` where the request cannot be judged.
    public func answer(_ line: String) -> String {
        var id = JSONValue.null
        do throws(Refusal) {
            return try explain(line, id: &id).json(id: id)
        } catch {
            var writer = JSONWriter()
            writer.begin("{")
            writer.key("id")
            writer.value(id)
            writer.key("error")
            writer.string(error.message)
            writer.end("}")
            return writer.text
        }
    }

    /// - Parameter id: set as soon as it is known, so that an error carries it too.
    private func explain(_ line: String, id: inout JSONValue) throws(Refusal) -> Explanation {
        let json: JSONValue
        do throws(JSONReader.Failure) {
            json = try JSONReader.read(line)
        } catch {
            id = error.before["id"] ?? .null
            throw Refusal("not JSON at byte \(error.offset)")
        }
        guard case .object = json else { throw Refusal("not a JSON object") }
        id = json["id"] ?? .null
        let question = try BatchQuestion(json, now: now)
        if let unknown = question.used.keys.filter({ !snapshot.hasLimit($0) }).min() {
            throw Refusal("\"used\": \"\(unknown)\" is no limit of this policy")
        }
        let state = UsedUpTo(question.used, at: question.at)
        return snapshot.explain(question.asked, asker: question.asker, at: question.at, state: state)
    }
}

/// Why a question has no answer.
struct Refusal: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// One question of a batch.
struct BatchQuestion {
    let asked: Asked
    let asker: Asker
    let at: Instant
    let used: [String: BudgetUse]

    init(_ json: JSONValue, now: Instant?) throws(Refusal) {
        asker = Asker(
            address: try BatchQuestion.read(json, "client", "an address") { IPAddress($0) },
            mac: try BatchQuestion.read(json, "mac", "a MAC address") { MACAddress($0) },
            user: try BatchQuestion.text(json, "user"))
        guard let at = try BatchQuestion.read(json, "at", "a time such as 2026-09-01T08:30:00+02:00", { Instant(rfc3339: $0) }) ?? now
        else {
            throw Refusal("\"at\" is missing")
        }
        self.at = at
        let method = try BatchQuestion.text(json, "method") ?? "GET"
        guard let text = try BatchQuestion.text(json, "url") else { throw Refusal("\"url\" is missing") }
        let type = try BatchQuestion.text(json, "type")
        do {
            asked = Asked(url: try RequestURL(asked: text, method: method), method: method, mediaType: type?.essence)
        } catch {
            throw Refusal("\"url\" cannot be judged: \(error)")
        }
        used = try BatchQuestion.used(json)
    }

    /// Absent and null are nil.
    private static func text(_ json: JSONValue, _ key: String) throws(Refusal) -> String? {
        switch json[key] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw Refusal("\"\(key)\" must be text")
        }
    }

    private static func read<Value>(
        _ json: JSONValue, _ key: String, _ what: String, _ convert: (String) -> Value?
    ) throws(Refusal) -> Value? {
        guard let text = try text(json, key) else { return nil }
        guard let value = convert(text) else { throw Refusal("\"\(key)\" must be \(what), not \"\(text)\"") }
        return value
    }

    private static func used(_ json: JSONValue) throws(Refusal) -> [String: BudgetUse] {
        switch json["used"] {
        case nil, .null: return [:]
        case .object(let rules):
            var used: [String: BudgetUse] = [:]
            for (rule, amounts) in rules {
                guard case .object(let units) = amounts else { throw Refusal("\"used\" holds minutes, bytes and visits of each rule") }
                for (unit, _) in units where !["minutes", "bytes", "visits"].contains(unit) {
                    throw Refusal("\"used\" holds minutes, bytes and visits of each rule, not \"\(unit)\"")
                }
                used[rule] = BudgetUse(
                    minutes: Int(try number(amounts, "minutes")), bytes: try number(amounts, "bytes"),
                    visits: Int(try number(amounts, "visits")))
            }
            return used
        default: throw Refusal("\"used\" must be an object")
        }
    }

    private static func number(_ json: JSONValue, _ key: String) throws(Refusal) -> UInt64 {
        switch json[key] {
        case nil, .null: return 0
        case .number(let text):
            // Counted things: whole, not negative, and within what an Int64 holds.
            guard let number = Int64(text), number >= 0 else { throw Refusal("\"\(key)\" must be a whole number, not \(text)") }
            return UInt64(number)
        default: throw Refusal("\"\(key)\" must be a number")
        }
    }
}

extension RequestURL {
    /// What a request asks for: a `CONNECT` names a host and port, as `host:port` or as `https://host:port/`.
    public init(asked text: String, method: String) throws(RequestURLError) {
        guard method == "CONNECT" else {
            try self.init(text.utf8)
            return
        }
        guard text.firstRange(of: "://") != nil else {
            try self.init(connect: text.utf8)
            return
        }
        self = try RequestURL(text.utf8).asTunnel
    }
}

extension String {
    /// A media type without its parameters, in lower case.
    fileprivate var essence: String {
        let bare = prefix { $0 != ";" }
        return bare.split(separator: " ").joined().lowercased()
    }
}
