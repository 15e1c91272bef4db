import PatternMatching

@testable import ProxyProtocols

/// What a request head came to, in a form to compare.
enum RequestResult: Hashable, CustomStringConvertible {
    case more
    case head(RequestGist)
    case refused(UInt16, String)

    var description: String {
        switch self {
        case .more: "more"
        case .head(let gist): "\(gist)"
        case .refused(let status, let code): "\(status) \(code)"
        }
    }

    var status: UInt16 { if case .refused(let status, _) = self { status } else { 0 } }
    var gist: RequestGist? { if case .head(let gist) = self { gist } else { nil } }
}

struct RequestGist: Hashable {
    var method: String
    var url: String?
    var framing: BodyFraming
    var keepAlive: Bool
    var expectContinue: Bool
    var upgrade: UpgradeRequest
    var hostMismatch: Bool
    var maxForwards: UInt64?
    var length: Int
    var forwarded: String
}

/// Reads one head, cut in every way; all ways must agree.
func readRequest(_ text: String, limits: HeadLimits = HeadLimits(), rule: TargetRule = .proxy) -> RequestResult {
    readRequest(latin(text), limits: limits, rule: rule)
}

func readRequest(_ input: [UInt8], limits: HeadLimits = HeadLimits(), rule: TargetRule = .proxy) -> RequestResult {
    let results = Cuts.results(input) { lengths in
        var reader = RequestHeadReader(limits: limits, rule: rule)
        for length in lengths {
            let step = input.withUnsafeBytes { reader.read(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
            switch step {
            case .more: continue
            case .refuse(let refusal): return RequestResult.refused(refusal.status, refusal.code)
            case .head(let head, let length): return .head(gist(head, length))
            }
        }
        return .more
    }
    if results.count == 1, let result = results.first { return result }
    return .refused(0, "cut differently, different: \(results)")
}

private func gist(_ head: RequestHead, _ length: Int) -> RequestGist {
    var output: [UInt8] = []
    RequestForwarder.head(head, options: ForwardingOptions(), into: &output)
    return RequestGist(
        method: head.methodText, url: head.url?.text, framing: head.framing, keepAlive: head.keepAlive,
        expectContinue: head.expectContinue, upgrade: head.upgrade, hostMismatch: head.hostMismatch, maxForwards: head.maxForwards,
        length: length, forwarded: String(String.UnicodeScalarView(output.map { Unicode.Scalar($0) })))
}

/// A head that must be taken.
func request(_ text: String, rule: TargetRule = .proxy) -> RequestHead? {
    var reader = RequestHeadReader(rule: rule)
    let step = latin(text).withUnsafeBytes { reader.read($0) }
    if case .head(let head, _) = step { return head }
    return nil
}

let hostLine = "Host: example.test\r\n"

/// A GET with these field lines besides Host.
func get(_ fields: String, version: String = "1.1") -> String {
    "GET http://example.test/ HTTP/\(version)\r\n" + hostLine + fields + "\r\n"
}

/// A POST with these field lines besides Host.
func post(_ fields: String, version: String = "1.1") -> String {
    "POST http://example.test/ HTTP/\(version)\r\n" + hostLine + fields + "\r\n"
}
