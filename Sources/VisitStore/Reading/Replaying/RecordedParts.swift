internal import PatternMatching
internal import PolicyCore
internal import Visits

/// A visit's parts before they are put together to a request.
struct RecordedParts {
    struct Ground {
        var verdict: VisitVerdict
        var rule: String?
        var category: String?
    }

    var number: Int64
    var id: String
    var time: Instant
    var client: String
    var group: String?
    var addressText: String?
    var address: IPAddress?
    var user: String?
    var method = ""
    var scheme = ""
    var host = ""
    var port: UInt16?
    var path: String?
    /// What stands in the end, and what was decided first where that is something else.
    var last = Ground(verdict: .reject, rule: nil, category: nil)
    var began: Ground?
    /// A schedule, budget or change of the policy ended it.
    var isCut = false
    var mayLast = false
    var bytes: UInt64 = 0
    var isPage = false
    var mediaType: String?

    init(number: Int64, id: String, time: Instant, client: String) {
        self.number = number
        self.id = id
        self.time = time
        self.client = client
    }

    static func address(_ text: String) -> IPAddress? { IPAddress(text) }

    func crossesMinute(after milliseconds: Int64?) -> Bool {
        guard let milliseconds, milliseconds > 0 else { return false }
        return Instant(milliseconds: time.milliseconds &+ milliseconds).minute != time.minute
    }

    /// - Parameter minutes: with traffic, the first included; empty where that is the only one.
    func item(minutes: [RecordedRequest.Minute]) -> RecordedRequests.Item {
        let first = began ?? last
        guard let judgedFirst = Verdict(first.verdict), first.rule?.isEmpty == false, let url = url else { return .passedOver(time) }
        // What was cut while it ran was allowed when it came; what a configuration refused had been allowed by the rules.
        let told = isCut || last.verdict == .reject ? first : last
        var later = minutes
        var bytes = minutes.isEmpty ? bytes : 0
        if let start = later.first, start.minute <= time.minute {
            bytes = start.bytes
            later.removeFirst()
        }
        return .request(
            RecordedRequest(
                id: id, time: time, client: client, group: group, address: addressText, user: user,
                asker: Asker(address: address, user: user), asked: Asked(url: url, method: method, mediaType: mediaType), sight: sight,
                recorded: RecordedRequest.Verdict(
                    Verdict(told.verdict) ?? judgedFirst, rule: told.rule, category: told.category),
                isPage: isPage, bytes: bytes, minutes: later, isTold: last.verdict != .reject))
    }

    private var sight: RecordedRequest.Sight {
        if method == "CONNECT" { return .tunnel }
        guard let path else { return .pathUnknown }
        return keptPath(path).utf8.count < path.utf8.count ? .pathCut : .whole
    }

    /// nil where there is no host, or the address is none.
    private var url: RequestURL? {
        if host.isEmpty { return nil }
        let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        if method == "CONNECT" { return try? RequestURL(connect: "\(bracketed):\(port ?? 443)".utf8) }
        let scheme = scheme.isEmpty ? "http" : scheme
        return try? RequestURL("\(scheme)://\(bracketed)\(port.map { ":\($0)" } ?? "")\(path.map(keptPath) ?? "/")".utf8)
    }

    /// What a visit keeps of a path too long for it, without the mark it ends in.
    private func keptPath(_ path: String) -> Substring {
        guard path.utf8.count > 16_000, let mark = path.ranges(of: "…+").last else { return path[...] }
        return path[..<mark.lowerBound]
    }
}

extension Verdict {
    /// nil for a reject: no rule gave it.
    fileprivate init?(_ verdict: VisitVerdict) {
        switch verdict {
        case .allow: self = .allow
        case .block: self = .block
        case .warn: self = .warn
        case .reject: return nil
        }
    }
}
